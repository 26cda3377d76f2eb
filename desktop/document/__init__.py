"""What is open: immutable values and pure edits, without Qt."""
