"""The care API: each view parses, performs one action or answers one selector."""

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from calls.api import query
from care_dispatch.api import View
from referrals import actions, selectors, serializers, vocabulary
from teams.selectors import signed_in


class CareVocabulary(View):
    def get(self, request: Request) -> Response:
        return Response(vocabulary.everything())


class Resources(View):
    def get(self, request: Request) -> Response:
        wanted = query(request, serializers.DirectoryQuery)
        return Response({"resources": selectors.directory(signed_in(request), **wanted)})


class Referrals(View):
    """What is open in the center, or with ``?call=`` all of one call."""

    def get(self, request: Request) -> Response:
        wanted = query(request, serializers.CallQuery)
        if "call" in wanted:
            found = selectors.referrals_of(signed_in(request), wanted["call"], timezone.now())
        else:
            found = selectors.open_referrals(signed_in(request))
        return Response({"referrals": found})


class CallReferrals(View):
    def post(self, request: Request, call_id: int) -> Response:
        fields = self.parsed(request, serializers.NewReferral)
        fields["service_id"] = fields.pop("service")
        fields["begin_as"] = fields.pop("status", "requested")
        return self.change(request, actions.refer, http_status=201, call_id=call_id, **fields)


class MoveReferral(View):
    def post(self, request: Request, referral_id: int) -> Response:
        fields = self.parsed(request, serializers.ReferralMove)
        fields["to"] = fields.pop("status")
        return self.change(request, actions.move_referral, referral_id=referral_id, **fields)


class FollowUps(View):
    """What is owed in the center, soonest first, or with ``?call=`` all of one call."""

    def get(self, request: Request) -> Response:
        wanted = query(request, serializers.CallQuery)
        now = timezone.now()
        if "call" in wanted:
            found = selectors.follow_ups_of(signed_in(request), wanted["call"], now)
        else:
            found = selectors.open_follow_ups(signed_in(request), now)
        return Response({"follow_ups": found})


class CallFollowUps(View):
    def post(self, request: Request, call_id: int) -> Response:
        fields = self.parsed(request, serializers.NewFollowUp)
        return self.change(request, actions.set_follow_up, http_status=201, call_id=call_id, **fields)


class FollowUpAttempts(View):
    def post(self, request: Request, follow_up_id: int) -> Response:
        fields = self.parsed(request, serializers.Attempt)
        return self.change(request, actions.try_follow_up, http_status=201, follow_up_id=follow_up_id, **fields)


class CloseFollowUp(View):
    def post(self, request: Request, follow_up_id: int) -> Response:
        fields = self.parsed(request, serializers.FollowUpEnd)
        return self.change(request, actions.close_follow_up, follow_up_id=follow_up_id, **fields)
