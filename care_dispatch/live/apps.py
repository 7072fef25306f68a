"""The live board: cards, the hub that builds them once, and the socket that carries them."""

from typing import Any

from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "care_dispatch.live"
    label = "live"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_out

        user_logged_out.connect(_signed_out, dispatch_uid="live.signed_out")


def _signed_out(sender: Any, request: Any, **_: Any) -> None:
    """Django's own signal, sent before the session goes: the sign-in's sockets in this process close at once."""
    from care_dispatch.live.hub import hub
    from care_dispatch.live.tickets import session_hash

    session_key = getattr(getattr(request, "session", None), "session_key", None)
    if hub.running and session_key:
        hub.close_session(session_hash(session_key))
