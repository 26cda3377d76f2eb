"""Gesso's engine: everything that makes pictures and sound, without a window."""

import os

__version__ = "0.1.0"

# ONNX Runtime's official builds keep an identifier of the machine and a store of events in the
# user's cache folder and send them to their maker. It looks at the environment once, when it is
# loaded, so this stands where every process of Gesso passes first. The second name is an older
# one; both are for good, whatever the environment said.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
os.environ["ORT_TELEMETRY_DISABLED"] = "1"
