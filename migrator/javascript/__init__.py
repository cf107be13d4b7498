"""What scanning and rewriting both know of JavaScript: what a name means, and which libraries open a WebSocket."""
