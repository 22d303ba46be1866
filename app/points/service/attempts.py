"""Under which cause an act is tried: a decline is final for its cause, so the next attempt has another."""

from collections.abc import Callable, Sequence

from app.infra.unit_of_work import UnitOfWork
from app.points import queries

ATTEMPTS_MAX = 20


def open_causes(
    uow: UnitOfWork, book_id: int, names: Sequence[str], spell: Callable[[str, int], str]
) -> dict[str, str]:
    """The cause of each name: `spell(name, attempt)` of its first attempt that was not declined.

    One query, and one more for each attempt that was; ATTEMPTS_MAX at most. A budget that was too small is filled, and
    what it could not pay is asked for again.
    """
    causes = {name: spell(name, 1) for name in names}
    asked = list(causes)
    for attempt in range(2, ATTEMPTS_MAX + 1):
        if not asked:
            break
        declined = queries.list_declined_causes(uow.session, book_id, [causes[name] for name in asked])
        asked = [name for name in asked if causes[name] in declined]
        causes |= {name: spell(name, attempt) for name in asked}
    return causes
