"""The shared view of pictures: looking, comparing, painting masks."""
