"""Takes sessions through a path, and records what its clients receive."""
