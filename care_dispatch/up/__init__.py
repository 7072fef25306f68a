"""The embedded services: real PostgreSQL and a real Redis-protocol server from Python wheels, and their supervisor."""
