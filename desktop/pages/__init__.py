"""The canvases: one page each."""
