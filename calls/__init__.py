"""WHAT happens: calls, facts, narrative, triage, assignments, consults, alerts and the board."""
