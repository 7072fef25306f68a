"""One address: a POST that is parsed by DRF and writes one row in one commit."""

import uuid

from django.db import transaction
from django.urls import path
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from calls.models import Draft
from teams.selectors import signed_in


class Shape(serializers.Serializer[Draft]):
    form = serializers.CharField(max_length=60)
    text = serializers.CharField(max_length=300)


class Bare(APIView):
    def post(self, request: Request) -> Response:
        shape = Shape(data=request.data)
        shape.is_valid(raise_exception=True)
        told = shape.validated_data
        with transaction.atomic():
            row = Draft.objects.create(
                pk=uuid.uuid4(), user=signed_in(request), form=told["form"], data=told, updated_at=timezone.now()
            )
        return Response({"id": str(row.pk)}, status=201)


urlpatterns = [path("bare/", Bare.as_view())]
