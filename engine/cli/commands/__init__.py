"""One module per command, each with `run(namespace, report) -> exit code`."""
