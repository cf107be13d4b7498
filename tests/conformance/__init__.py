"""What API Gateway WebSocket APIs do, as cases that any implementation can be run against."""
