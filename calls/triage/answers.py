"""What is answered after a mention: ``weapons neg``, ``weapons? unknown``, ``asked about guns, she said no``."""

from calls.triage.clauses import Page, Said

WITHIN = 3  # words between what was asked about and the answer
ASKED_WITHIN = 6  # words from what was asked about to the question mark


def answer(page: Page, last: int) -> Said | None:
    """The answer to a mention that ends at ``last``: denied, unknown or yes."""
    first, after = page.statement(last)
    if page.words[after - 1].part == "?":
        return _asked(page, last, first, after)
    best: Said | None = None
    for name in ("unknown", "denied"):
        for said in page.all_near(f"after {name}", (last + 1, min(after, last + 2 + 3 * WITHIN))):
            if said.first > last + 1 + WITHIN or not _follows(page, last, said) or not _stands_alone(page, said):
                continue
            if best is None or said.last > best.last:
                best = Said(name, said.first, said.last)
    return best


def _asked(page: Page, last: int, first: int, after: int) -> Said | None:
    """The mention stands in a question; the answer begins the next statement, or nobody knows."""
    if after - 1 - last > ASKED_WITHIN:
        return None
    for name in ("unknown", "denied", "yes"):
        for said in page.all_near(f"after {name}", (after, min(len(page.words), after + 8))):
            if said.first <= after + 2 and _stands_alone(page, said, asked=True):
                return Said(name, said.first, said.last)
    if after - 1 == last or page.is_one_of("asks", first):
        return Said("unknown", last, last)
    return None


def _follows(page: Page, last: int, said: Said) -> bool:
    """Between a mention and its answer stand other mentions of a list or nothing much."""
    between = range(last + 1, said.first)
    return all(at in page.mentioned or page.is_one_of("between_answer", at) for at in between)


def _stands_alone(page: Page, said: Said, *, asked: bool = False) -> bool:
    """A bare ``no`` is an answer when nothing follows that it could deny instead."""
    if page.words[said.last].part or said.last + 1 >= len(page.words) or said.last > said.first:
        return True
    return page.is_one_of("after_reply" if asked else "closes", said.last + 1)
