"""The style networks: their layers, their weights, and the graphs rebuilt from them."""
