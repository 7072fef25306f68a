"""Whom to send and why: pure, from plain values. Every candidate is either in the order or excluded with a reason."""

from teams.recommendation.better import better
from teams.recommendation.recommending import recommend
from teams.recommendation.travel import Eta, Place, eta
from teams.recommendation.values import (
    Candidate,
    Excluded,
    Need,
    OnCall,
    Pick,
    Recommendation,
    Suggestion,
    Team,
    Term,
)

__all__ = [
    "Candidate",
    "Eta",
    "Excluded",
    "Need",
    "OnCall",
    "Pick",
    "Place",
    "Recommendation",
    "Suggestion",
    "Team",
    "Term",
    "better",
    "eta",
    "recommend",
]
