"""Addresses of the ledger of unmet demand as a page and as a table."""

from django.urls import path

from calls import ledger_page

urlpatterns = [
    path("ledger/", ledger_page.page, name="ledger"),
    path("ledger/table/", ledger_page.table, name="ledger-table"),
]
