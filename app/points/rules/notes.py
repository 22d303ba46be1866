"""Facts that stand in the words of a posting: which shop a hold is for, which paper passbook was taken over."""

import re
from dataclasses import dataclass
from datetime import date
from uuid import UUID

UUID_SHAPE = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
HOLD_CAUSE = re.compile(rf"pay:({UUID_SHAPE}):.+", re.DOTALL)
OPENING_EVIDENCE = re.compile(r"(.*?) ?valid to ([0-9]{4}-[0-9]{2}-[0-9]{2})", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Opening:
    """A paper passbook that was taken over: its number, where one was given, and the last day its points were good."""

    paper_no: str | None
    good_until: date


def shop_of_hold(cause: str) -> UUID | None:
    """The shop a hold was placed for: a redemption's cause is pay:<shop>:<which it is>. None for other holds."""
    found = HOLD_CAUSE.fullmatch(cause)
    return UUID(found[1]) if found else None


def read_opening(evidence: str | None) -> Opening | None:
    """Read the evidence of an opening balance back. None for one that was written by hand."""
    found = OPENING_EVIDENCE.fullmatch(evidence or "")
    if not found:
        return None
    try:
        return Opening(found[1] or None, date.fromisoformat(found[2]))
    except ValueError:
        return None
