"""What bytes mean: one module for each family of picture files."""
