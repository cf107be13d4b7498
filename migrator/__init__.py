"""Reads an application on API Gateway WebSocket APIs, and writes the next one."""
