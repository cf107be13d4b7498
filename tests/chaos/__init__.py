"""Nodes over Redis (one server, behind Sentinels, a Cluster) while things break, and a checker that knows only what
clients, pushers and functions saw.

`make chaos` makes 200 runs, each from a seed. The checker (`history.py`, `checker.py` and what they import) imports
nothing of the product.
"""
