"""WHO can respond: centers, agencies, people, units, shifts and positions."""
