"""One architecture a file: from parameters and a job's context to a result."""
