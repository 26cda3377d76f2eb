"""The side of the engine that lives in the user's process: queue, supervisor, client."""
