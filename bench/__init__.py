"""Measures the shim beside its peers. `python -m bench.run`; see README.md."""
