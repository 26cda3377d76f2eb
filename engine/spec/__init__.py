"""What a task is, independent of who runs it or shows it."""
