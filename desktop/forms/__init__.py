"""Forms that are made from a task's declaration."""
