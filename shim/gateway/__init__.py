"""API Gateway's semantics without I/O; time and ids are passed in."""
