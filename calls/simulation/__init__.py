"""A scripted busy evening, and the invented work of units and dispatchers, timed by published percentiles."""
