"""The canvases of the studio."""
