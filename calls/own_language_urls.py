"""Addresses of what a center says of its own language: its call types, and its words for the reader."""

from django.urls import path

from calls import call_types_api as api
from calls import local_words_api as words

urlpatterns = [
    path("api/call-types/", api.CallTypes.as_view()),
    path("api/call-types/check/", api.CheckTable.as_view()),
    path("api/call-types/import/", api.ImportTable.as_view()),
    path("api/call-types/export/", api.ExportTable.as_view()),
    path("api/words/", words.Words.as_view()),
    path("api/words/<int:local_word_id>/approve/", words.ApproveWord.as_view()),
    path("api/words/<int:local_word_id>/retire/", words.RetireWord.as_view()),
]
