"""The bench: the product against its limit, block by block in one run. ``python -m tests.bench --only push,board``."""
