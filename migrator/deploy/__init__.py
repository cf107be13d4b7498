"""Deployment kits: files with which a team runs its service on several nodes. Nothing here talks to anybody."""
