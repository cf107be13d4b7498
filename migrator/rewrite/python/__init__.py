"""Python: one small file a rule, shared verbs beside them, and `rewrite_python` that runs them in order."""

from migrator.rewrite.python.passes import DROPS_IN, PythonResult, rewrite_python

__all__ = ["DROPS_IN", "PythonResult", "rewrite_python"]
