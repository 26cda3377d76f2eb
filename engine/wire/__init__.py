"""What host and worker say to each other, and how it is framed."""
