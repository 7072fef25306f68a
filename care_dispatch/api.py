"""What every API view shares: answers for refusals, and one way to turn a request into a change."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, cast

from django.core.exceptions import RequestDataTooBig
from django.db import DataError, IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.views import exception_handler as drf_answer

from care_dispatch.log import Done, Key, perform
from care_dispatch.parsing import BODY
from care_dispatch.refusal import Invalid, Refused


class KeyMissing(Refused):
    code = "key_missing"


def answer_exception(error: Exception, context: dict[str, Any]) -> Response | None:
    """Every refusal as JSON with a sentence; a database that does not answer as 503, never a 500."""
    if isinstance(error, Refused):
        return Response(error.as_dict(), status=error.status)
    if isinstance(error, (OperationalError, InterfaceError)):
        return Response(BUSY, status=503, headers={"Retry-After": "1"})
    if isinstance(error, DataError):
        return Response({"error": "invalid", "message": "A value does not fit where it belongs."}, status=400)
    if isinstance(error, IntegrityError):
        message = "Somebody else changed this at the same moment; look again and repeat."
        return Response({"error": "conflict", "message": message}, status=409)
    if isinstance(error, RequestDataTooBig):
        return Response({"error": "too_large", "message": "The request is larger than 2.5 MB."}, status=413)
    if isinstance(error, Http404):
        return Response({"error": "not_found", "message": "There is no such thing here."}, status=404)
    response = drf_answer(error, context)
    if response is not None:
        response.data = _explained(error, response)
    return response


BUSY = {
    "error": "unavailable",
    # A commit whose answer is lost is saved all the same: never say that it was not.
    "message": "The database does not answer. A change may be saved or not: send the same again, it is done once, or use"
    " the radio.",
}


def _explained(error: Exception, response: Response) -> dict[str, Any]:
    if isinstance(error, exceptions.ValidationError):
        fields = response.data if isinstance(response.data, dict) else {"": response.data}
        return {"error": "invalid", "message": _sentence(fields), "fields": fields}
    code = error.default_code if isinstance(error, exceptions.APIException) else "refused"
    return {"error": code, "message": str(response.data.get("detail", "Refused."))}


def _sentence(fields: Mapping[str, Any], prefix: str = "") -> str:
    """The first complaint of a serializer as one sentence with the field's name in front."""
    name, complaint = next(iter(fields.items()))
    path = f"{prefix}.{name}".strip(".") if name != "non_field_errors" else prefix
    while isinstance(complaint, list):
        complaint = next((part for part in complaint if part), "is not usable")
    if isinstance(complaint, dict):
        return _sentence(complaint, path)
    return f"{path}: {complaint}" if path else str(complaint)


class StrictSerializer(serializers.Serializer[Any]):
    """Parses and shapes input; a field it does not know is refused, so that a typing error is not lost."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = sorted(str(name) for name in set(data) - set(self.fields))
            if unknown:
                known = ", ".join(self.fields) or "nothing"
                raise serializers.ValidationError({unknown[0][:60]: [f"is not known here; this takes {known}."]})
        return super().to_internal_value(data)


class View(APIView):
    """Reads: a selector's result. Writes: ``self.change(request, action, ...)``."""

    source = "console"

    def parsed(self, request: Request, serializer: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        data = request.data or {}
        checked = serializer(data=data)
        checked.is_valid(raise_exception=True)
        return cast(dict[str, Any], checked.validated_data)

    def change(
        self, request: Request, action: Callable[..., Mapping[str, Any]], *, http_status: int = 200, **args: Any
    ) -> Response:
        """Perform the action for this user and answer its ids; the same Idempotency-Key changes nothing twice."""
        done = perform(
            action,
            actor=request.user,
            position=request.session.get("position", ""),
            source=self.source,
            now=timezone.now(),
            key=idempotency_key(request),
            **args,
        )
        return answer(done, http_status)


def answer(done: Done, status: int = 200) -> Response:
    return Response({"seq": done.seq, "repeated": done.repeated, **done.result}, status=status)


def idempotency_key(request: Request) -> Key:
    key = request.headers.get("Idempotency-Key", "").strip()
    if not key:
        raise KeyMissing("A change needs an Idempotency-Key header: send a new UUID, and the same one to try again.")
    if len(key) > 100 or not key.isascii() or not key.isprintable():
        raise Invalid("Idempotency-Key is at most 100 plain characters; a UUID is best.")
    body = request.META.get(BODY, b"")
    digest = hashlib.sha256(b"\n".join([str(request.method).encode(), request.path.encode(), body])).hexdigest()
    return Key(cast(int, request.user.pk), key, digest)


def if_match(request: Request) -> int:
    """The version the change is based on; 428 without one."""
    value = request.headers.get("If-Match", "").strip().strip('"')
    if not value:
        raise IfMatchMissing("Send If-Match with the version you were looking at.")
    if not value.isdecimal() or len(value) > 18:
        raise Invalid('If-Match is a version number such as "1024".')
    return int(value)


class IfMatchMissing(Refused):
    status = 428
    code = "if_match_missing"


class JsonRefusals:
    """Middleware: what Django itself refuses below the API's addresses is JSON with a sentence as well, not a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        page = not response.headers.get("Content-Type", "").startswith("application/json")
        if response.status_code < 400 or not page or not request.path.startswith(("/api/", "/live/")):
            return response
        code, message = PLAIN_REFUSALS.get(response.status_code, ("refused", "The request was refused."))
        kept = {name: response.headers[name] for name in ("Allow", "Retry-After") if name in response.headers}
        answer = JsonResponse({"error": code, "message": message}, status=response.status_code, headers=kept)
        answer.cookies = response.cookies
        return answer


PLAIN_REFUSALS = {
    400: ("invalid", "The request cannot be understood."),
    403: ("forbidden", "The request was refused; load the page again and sign in."),
    404: ("not_found", "There is no such address."),
    405: ("method_not_allowed", "This address does not take that method."),
    500: ("broken", "Something broke here; try again with the same key or use the radio."),
}


class DatabaseDown:
    """Middleware: a page asked for while the database is away says so, with 503 instead of an error page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, (OperationalError, InterfaceError)):
            return JsonResponse(BUSY, status=503, headers={"Retry-After": "1"})
        if isinstance(error, Refused):
            return JsonResponse(error.as_dict(), status=error.status)
        return None
