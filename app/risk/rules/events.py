"""A fact that is to be decided on, and what was decided."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from app.risk.terms import COARSE, Coarse, EventKind, Outcome, Pivot, Reason

Value = bool | int | str
FIELDS = tuple((pivot, f"{pivot}_id") for pivot in Pivot)
"""Who may be in a fact, and under which name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One fact. `subject_id` is unique with `kind`: deciding again answers the stored decision.

    `resident_id` owns the passbook, `person_id` is the account; `points` and `order_fen` are whole. `facts`: further
    declared features that the caller knows (app/risk/rules/features.py).
    """

    kind: EventKind
    book_id: int | None
    subject_id: UUID
    resident_id: UUID | None = None
    person_id: UUID | None = None
    device_id: UUID | None = None
    household_id: UUID | None = None
    shop_id: UUID | None = None
    terminal_id: UUID | None = None
    cashier_id: UUID | None = None
    coordinator_id: UUID | None = None
    points: int = 0
    order_fen: int = 0
    mode: str = ""
    facts: Mapping[str, Value] = field(default_factory=dict)

    def subjects(self) -> dict[Pivot, UUID]:
        """Give those who are in it."""
        return {pivot: found for pivot, name in FIELDS if (found := getattr(self, name)) is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided. `reasons` are for staff; a shop is told `coarse` alone."""

    id: UUID
    outcome: Outcome
    score: int
    reasons: tuple[Reason, ...]
    rule_set_version: int

    @property
    def coarse(self) -> Coarse:
        """What a shop may know."""
        return COARSE[self.outcome]
