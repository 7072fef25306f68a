"""The live board's one HTTP address under Django; the socket and the poll are routed in asgi.py."""

from django.urls import path

from care_dispatch.live import views

urlpatterns = [path("ticket", views.ticket, name="live-ticket")]
