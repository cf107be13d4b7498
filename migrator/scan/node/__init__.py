"""What Lambda handlers in JavaScript and TypeScript do with connections. Nothing is run."""
