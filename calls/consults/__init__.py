"""Consults: somebody asks CARE, with a clock from the question to the answer, the end and what came of it."""

from calls.consults.answering import ConsultAnswered, answer_consult
from calls.consults.asking import ask_consult
from calls.consults.dispatching import become_dispatch
from calls.consults.ending import NotYetAnswered, confirm_outcome, end_consult
from calls.consults.fetch import ConsultEnded, readable
from calls.consults.offering import pass_consult
from calls.consults.selectors import consult_counts, consults
from calls.consults.statements import read_back

__all__ = [
    "ConsultAnswered",
    "ConsultEnded",
    "NotYetAnswered",
    "answer_consult",
    "ask_consult",
    "become_dispatch",
    "confirm_outcome",
    "consult_counts",
    "consults",
    "end_consult",
    "pass_consult",
    "read_back",
    "readable",
]
