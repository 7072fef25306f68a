"""Addresses of the consults API."""

from django.urls import path

from calls import consults_api

urlpatterns = [
    path("api/consults/", consults_api.Consults.as_view()),
    path("api/consults/counts/", consults_api.Counts.as_view()),
    path("api/consults/<int:consult_id>/answer/", consults_api.AnswerConsult.as_view()),
    path("api/consults/<int:consult_id>/dispatch/", consults_api.DispatchConsult.as_view()),
    *(
        path(
            f"api/consults/<int:consult_id>/{name}/",
            consults_api.ConsultChange.as_view(action=action, serializer=serializer),
        )
        for name, (action, serializer) in consults_api.CONSULT_CHANGES.items()
    ),
]
