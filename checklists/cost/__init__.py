"""What the WebSocket path costs, and what the new one does: measured where it can be, and said where not."""
