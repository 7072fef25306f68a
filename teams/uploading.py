"""A page that takes in a file: a template to begin with, what would be stored and what is wrong, then all or nothing."""

import base64
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, cast

from django.contrib import messages
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from care_dispatch.log import perform
from care_dispatch.log.door import RETRIABLE
from care_dispatch.refusal import Refused
from teams.configuring import OwnCenter, by_the_centers_clock
from teams.models import Center, User
from teams.tables import Unreadable, as_csv, text_of

MOST_BYTES = 4 << 20


@dataclass(frozen=True)
class Looked:
    """A file looked at: a first line and cells to show, what is wrong, and how many rows could be taken."""

    says: str
    heads: Sequence[str] = ()
    rows: Sequence[Sequence[Any]] = ()
    errors: Sequence[str] = ()
    usable: int = 0


@dataclass(frozen=True)
class Upload:
    """``look(center, text)`` reads and stores nothing; ``take(actor, now, center, text, partly)`` is an action.

    Where the file's name says what it replaces, both get ``name`` too.
    """

    title: str
    help: str
    accept: str
    look: Callable[..., Looked]
    take: Callable[..., dict[str, Any]]
    done: str  # a sentence of what ``take`` answered
    named: bool = False
    columns: Sequence[str] = ()
    examples: Sequence[dict[str, str]] = field(default=())


class Uploads(OwnCenter):
    """A table that can be filled from a file."""

    change_list_template = "admin/list_with_upload.html"
    upload: ClassVar[Upload]

    def get_urls(self) -> Any:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        wrap = self.admin_site.admin_view
        return [
            path("upload/", wrap(self.upload_page), name=f"{name}_upload"),
            path("upload/template.csv", wrap(self.upload_template), name=f"{name}_template"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return super().changelist_view(request, {**(extra_context or {}), "upload": self.upload})

    def upload_template(self, request: HttpRequest) -> HttpResponse:
        # With the mark by which a spreadsheet knows that it is UTF-8.
        text = "\ufeff" + "".join(as_csv(self.upload.columns, self.upload.examples))
        answer = HttpResponse(text, content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="{self.opts.model_name}s.csv"'
        return answer

    @by_the_centers_clock
    def upload_page(self, request: HttpRequest) -> HttpResponse:
        center = cast(User, request.user).center
        shown: dict[str, Any] = {}
        if center is None:
            shown["refused"] = "This sign-in belongs to no center; sign in as an admin of the center the file is for."
        elif request.method == "POST":
            answer = self._posted(request, center)
            if isinstance(answer, HttpResponse):
                return answer
            shown = answer
        context = {**self.admin_site.each_context(request), "opts": self.opts, "upload": self.upload} | shown
        return TemplateResponse(request, "admin/upload.html", {**context, "title": self.upload.title})

    def _posted(self, request: HttpRequest, center: Center) -> HttpResponse | dict[str, Any]:
        """A file is looked at and shown; what was shown is taken in, or the page says why not."""
        try:
            given = request.FILES.get("file")
            text = text_of(_read(given)) if given else unpack(request.POST.get("packed", ""))
            if not text.strip():
                raise Unreadable("Choose a file with something in it.")
            name = (given.name if given else request.POST.get("name", "")) or "upload"
            also: dict[str, Any] = {"name": name} if self.upload.named else {}
            shown = {"packed": pack(text), "name": name, "looked": self.upload.look(center, text, **also)}
        except Unreadable as error:
            return {"refused": str(error)}
        if given or "take" not in request.POST:
            return shown
        try:
            done = perform(
                self.upload.take, actor=request.user, position=request.session.get("position", ""), source="admin",
                now=timezone.now(), center=center, text=text, partly=request.POST["take"] == "good", **also,
            )  # fmt: skip
        except Refused as refused:
            return shown | {"refused": refused.message}
        except OperationalError as error:
            if getattr(error.__cause__, "pgcode", None) not in RETRIABLE:
                raise
            return shown | {"refused": "Another file is being taken in just now. Take this one in when that is done."}
        self.message_user(request, self.upload.done.format(**done.result), messages.SUCCESS)
        return HttpResponseRedirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"))


def _read(file: Any) -> bytes:
    if file.size > MOST_BYTES:
        raise Unreadable(f"The file is larger than {MOST_BYTES >> 20} MB; take it in by parts.")
    return bytes(file.read())


def pack(text: str) -> str:
    """What was looked at as the page sends it back: small enough for a form."""
    return base64.b64encode(zlib.compress(text.encode())).decode()


def unpack(packed: str) -> str:
    """Never more than a file may have, whatever was packed."""
    try:
        unpacking = zlib.decompressobj()
        raw = unpacking.decompress(base64.b64decode(packed, validate=True), MOST_BYTES + 1)
        if len(raw) > MOST_BYTES or not unpacking.eof:
            raise ValueError
        return raw.decode()
    except (ValueError, zlib.error):
        raise Unreadable("The page did not send the file back whole; choose it again.") from None
