"""How long sessions of examples/chat take in the pinned world."""
