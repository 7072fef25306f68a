"""POST /live/ticket: the signed-in console's pass to the live board."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_POST

from care_dispatch.live import snapshots, tickets


@require_POST
def ticket(request: HttpRequest) -> JsonResponse:
    """``{ticket, epoch}``; 401 when nobody is signed in, 403 for a role that reads no calls."""
    if not request.user.is_authenticated or not request.session.session_key:
        answer = {"error": "not_authenticated", "message": "Sign in first."}
        return JsonResponse(answer, status=401, headers={"Cache-Control": "no-store"})
    identity = tickets.identity_of(request)
    made, text = tickets.issue(identity)
    epoch = snapshots.stream_epoch(identity.center_id, identity.tier, made.topics)
    return JsonResponse({"ticket": text, "epoch": epoch}, headers={"Cache-Control": "no-store"})
