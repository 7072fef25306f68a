"""What calls registers with the parts below it: event kinds, cards and due work."""


def register() -> None:
    pass
