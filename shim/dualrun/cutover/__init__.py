"""Takes the users of a running service from one service to the next, in stages, and back when something turns."""
