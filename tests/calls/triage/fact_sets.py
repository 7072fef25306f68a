"""Any mixture of valid facts, lists included."""

from typing import Any

from hypothesis import strategies as st

from calls.triage.facts import FACTS


def valued(name: str) -> st.SearchStrategy[Any]:
    fact = FACTS[name]
    if fact.many:
        return st.lists(st.sampled_from(fact.values), unique=True)
    return st.sampled_from(fact.values or ("en",))


FACT_SETS = st.fixed_dictionaries({}, optional={name: valued(name) for name in FACTS})
