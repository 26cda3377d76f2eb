"""ONNX Runtime: sessions, devices, and the choice of the fastest way to run a graph."""
