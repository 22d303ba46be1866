"""Levelling a striped budget when one of its stripes ran dry."""

from collections.abc import Mapping


def level(free: Mapping[int, int], wanted: Mapping[int, int]) -> dict[int, int]:
    """The change of each stripe that gives every stripe what is wanted of it, and spreads the rest evenly.

    `free` and `wanted` are points by stripe. The changes sum to zero. When there is too little, lower stripes are
    served first.
    """
    total = sum(free.values())
    targets: dict[int, int] = {}
    for stripe in sorted(free):
        targets[stripe] = min(wanted.get(stripe, 0), total)
        total -= targets[stripe]
    share, rest = divmod(total, len(free)) if free else (0, 0)
    for position, stripe in enumerate(sorted(free)):
        targets[stripe] += share + (1 if position < rest else 0)
    return {stripe: targets[stripe] - free[stripe] for stripe in free if targets[stripe] != free[stripe]}
