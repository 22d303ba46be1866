"""Levelling a striped budget when one of its stripes ran dry."""

from collections import Counter
from collections.abc import Iterable, Mapping

Ask = Mapping[int, int]
"""What one posting asks of a budget: points by stripe."""


def admit(total: int, asks: Iterable[Ask]) -> tuple[Counter[int], bool]:
    """Walk the postings in order and admit each that still fits into `total`.

    Answers what the admitted ones ask of each stripe, and whether all were admitted.
    """
    wanted: Counter[int] = Counter()
    whole = True
    for ask in asks:
        points = sum(ask.values())
        if points > total:
            whole = False
            continue
        total -= points
        wanted.update(ask)
    return wanted, whole


def level(free: Mapping[int, int], wanted: Mapping[int, int]) -> dict[int, int]:
    """The change of each stripe that gives every stripe what is wanted of it, and spreads the rest evenly.

    `free` and `wanted` are points by stripe; `wanted` must not exceed `free` in all (see `admit`). The changes sum
    to zero; stripes that stay as they are do not appear.
    """
    share, rest = divmod(sum(free.values()) - sum(wanted.values()), len(free))
    targets = {
        stripe: wanted.get(stripe, 0) + share + (1 if position < rest else 0)
        for position, stripe in enumerate(sorted(free))
    }
    return {stripe: targets[stripe] - free[stripe] for stripe in free if targets[stripe] != free[stripe]}
