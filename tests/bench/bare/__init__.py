"""What a request, a task and a fan-out cost at least: the same libraries and servers with nothing of the product."""
