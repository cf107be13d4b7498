"""What runs functions that no route runs: a session's own trigger, streams, queues, topics, and other functions.

The same on both sides. Only where they push to differs: the shim's connections, or the new service over HTTP.
"""
