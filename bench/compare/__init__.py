"""How fast recordings are compared, and in how much memory."""
