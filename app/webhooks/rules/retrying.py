"""When to try again, and what an attempt's result means."""

from datetime import datetime, timedelta

from app.webhooks.terms import BACKOFF, JITTER, REST_MAX, Outcome


def next_try(now: datetime, tries: int, chance: float) -> datetime:
    """Say when to try again after so many tries. `chance`: 0 to 1, so that what failed together comes back apart."""
    wait = BACKOFF[min(tries, len(BACKOFF)) - 1]
    return now + wait * (1 + JITTER * chance)


def rest(failures: int) -> timedelta:
    """Say how long an endpoint is left alone after so many failures in a row: five seconds, ten, … five minutes."""
    return min(timedelta(seconds=5 * 2 ** min(failures - 1, 10)), REST_MAX)


def read_outcome(status: int | None, failure: str | None) -> Outcome:
    """Say what a status, or the lack of one, means."""
    if status is None:
        return Outcome(failure) if failure in set(Outcome) else Outcome.BROKEN
    if 200 <= status < 300:
        return Outcome.DELIVERED
    return Outcome.GONE if status == 410 else Outcome.STATUS
