"""Feed-forward style transfer."""
