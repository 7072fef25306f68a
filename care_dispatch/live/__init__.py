"""The live board: cards, the hub that builds them once, and the socket that carries them."""
