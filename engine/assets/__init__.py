"""Pictures and other files: storing, reading, writing, and the recipe inside them."""
