"""Whole migrations in time, with everything that goes wrong on the way: `make teardown-sim`, or SEED=7 for one of them.

The example application stands in the fake AWS, is scanned, its clients leave over weeks, and the product's own plan, apply
and undo take it down, while calls fail, processes die, people change things and clients come back. A checker that shares no
code with the product looks at every change as it happens, and at what is left.
"""
