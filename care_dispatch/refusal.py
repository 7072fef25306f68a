"""A refusal: what a change or a fetch raises when the answer is no, with a message fit for the screen."""

from typing import Any


class Refused(Exception):
    """The request cannot be done; ``status`` is its HTTP status, ``details`` are JSON-able extras."""

    status = 400
    code = "refused"

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details

    def as_dict(self) -> dict[str, Any]:
        return {"error": self.code, "message": self.message, **self.details}


class Invalid(Refused):
    """What was sent cannot be used; the message names the field and what it takes."""

    code = "invalid"


class NotFound(Refused):
    """No such thing, or not for this user: both look the same from outside."""

    status = 404
    code = "not_found"


class Forbidden(Refused):
    """This role never does this, whatever the row."""

    status = 403
    code = "forbidden"


class Conflict(Refused):
    """Somebody or something else holds what was asked for; the message says who and since when."""

    status = 409
    code = "conflict"
