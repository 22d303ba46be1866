"""What stays count as, and who was on site for how long: the roster by which awards are judged."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from app.kernel.periods import local_date
from app.volunteers import queries, terms
from app.volunteers.models import Gathering, Stay
from app.volunteers.rules import stays
from app.volunteers.service.facts import Activity
from app.volunteers.terms import Verdict


@dataclass(frozen=True, slots=True)
class StayView:
    """A stay, its minutes so far as it is over, and what it counts as."""

    stay: Stay
    minutes: int | None
    verdict: Verdict

    @property
    def counts(self) -> bool:
        """Whether it is paid."""
        return self.verdict in {Verdict.GOOD, Verdict.ACCEPTED}


def view_of(gathering: Gathering, stay: Stay) -> StayView:
    """Give a stay with what it counts as."""
    outcomes = [outcome for outcome in (stay.in_outcome, stay.out_outcome) if outcome is not None]
    minutes = None
    if stay.out_at is not None:
        minutes = stays.minutes_of(stay.in_at, stay.out_at, starts_at=gathering.starts_at, ends_at=gathering.ends_at)
    return StayView(stay, minutes, stays.standing(outcomes, stay.verdict))


def minutes_on_site(session: Session, book_id: int, activity: Activity) -> Mapping[UUID, int]:
    """Who checked in and out at the gathering that an activity is, and counts, with his minutes.

    Nobody where there is no such gathering, it was on another day, is paid by another rule, or has more check-ins than
    heads: a check-in is the roster of its own gathering, and the ledger pays an activity once by one rule.
    """
    gathering_id = activity.activity_id
    gathering = None if gathering_id is None else queries.find_gathering(session, book_id, gathering_id)
    if gathering is None or not _is_of(gathering, activity) or not _is_counted(session, gathering):
        return {}
    rows = queries.list_stays(session, gathering, after=None, limit=2 * terms.STAYS_MAX)
    views = [view_of(gathering, stay) for stay in rows]
    return {view.stay.resident_id: view.minutes for view in views if view.minutes and view.counts}


def _is_of(gathering: Gathering, activity: Activity) -> bool:
    is_of_that_day = local_date(gathering.starts_at) == activity.performed_on
    return is_of_that_day and gathering.rule == activity.rule


def _is_counted(session: Session, gathering: Gathering) -> bool:
    return gathering.heads is not None and queries.count_stays(session, gathering) <= gathering.heads
