"""Takes what is left of a WebSocket API out of AWS: planned, gated, step by step, and back where AWS allows it."""
