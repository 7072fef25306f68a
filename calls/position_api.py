"""Where a crew's phone is, said by the phone: the newest place alone is kept, and so is no key of the request."""

from django.utils import timezone
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response

from care_dispatch.api import StrictSerializer, View
from care_dispatch.log import perform
from teams.selectors import signed_in
from teams.sharing import share_position


class Place(StrictSerializer):
    lat = s.FloatField(min_value=-90, max_value=90)
    lng = s.FloatField(min_value=-180, max_value=180)


class Position(View):
    def post(self, request: Request) -> Response:
        place = self.parsed(request, Place)
        done = perform(
            share_position, actor=signed_in(request), position="", source="phone", now=timezone.now(), **place
        )  # fmt: skip
        return Response(done.result)
