"""What the joined system tells anti-fraud of an act: by its own functions, and nothing that it does not know.

The generators say what is the case; of that a till, a check-in or a sign-in comes to know a part. A test holds TOLD and
the two functions to what the running system writes down.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from app.merchants.rules.evidence import Facts, Known, Place, Returns, facts_of_redeeming, facts_of_refunding
from app.merchants.rules.redemptions import needs_soter
from app.merchants.terms import RedeemMode
from sandbox.fraud.acts import Act, Value

FEN_A_POINT = 10
"""Ten points are a yuan off the bill."""
DAYS = timedelta(days=30)
SCANNED = frozenset({RedeemMode.SHOP_CODE, RedeemMode.ORDER_CODE})
"""Here the resident confirms before it is decided: a fingerprint, where one is asked for, is known then."""
TOLD: Mapping[str, frozenset[str]] = {
    "check_in": frozenset({"distance_metres", "accuracy_metres", "travel_kmh", "is_repeated_position", "minutes"}),
    "award": frozenset({"is_off_roster", "minutes", "is_duplicate_photo"}),
    "login": frozenset({"account_age_days", "device_age_hours", "risk_rank", "is_first_seen_address"}),
}
"""By kind, the facts that are told as they are. Photos come with the awards of reports."""


@dataclass(slots=True)
class Books:
    """What the shops' own tables hold: who took what, and what of it came back."""

    bought: dict[UUID, Act] = field(default_factory=dict)
    taken: dict[UUID, list[Act]] = field(default_factory=lambda: defaultdict(list))
    returned: dict[UUID, int] = field(default_factory=lambda: defaultdict(int))

    def keep(self, act: Act) -> None:
        """Points moved: a purchase, or a refund of one."""
        if act.refunds is not None:
            self.returned[act.refunds] += act.points
        elif act.kind == "redeem" and act.resident is not None:
            self.bought[act.subject] = act
            self.taken[act.resident].append(act)

    def returns_of(self, resident: UUID, now: datetime) -> Returns:
        """Thirty days of somebody's purchases, and what of them came back."""
        lately = [act for act in self.taken[resident] if act.at > now - DAYS]
        return Returns(sum(act.points for act in lately), sum(self.returned[act.subject] for act in lately))


def facts_of(act: Act, books: Books) -> Facts | Mapping[str, Value]:
    """The facts that the system would tell of an act. A refund's purchase is in the books."""
    if act.kind == "redeem":
        discount_fen = act.points * FEN_A_POINT
        mode = RedeemMode(act.mode)
        return facts_of_redeeming(
            _known(act),
            _place(mode),
            order_fen=act.order_fen,
            discount_fen=discount_fen,
            proven=mode in SCANNED and needs_soter(mode, discount_fen),
            now=act.at,
        )
    if act.refunds is not None and act.resident is not None:
        bought = books.bought[act.refunds]
        return facts_of_refunding(
            _known(act),
            _place(RedeemMode.CODE),
            books.returns_of(act.resident, act.at),
            points=act.points,
            captured_points=bought.points,
            captured_at=bought.at,
            now=act.at,
        )
    return {name: value for name, value in act.facts.items() if name in TOLD[act.kind]}


def _place(mode: RedeemMode) -> Place:
    """A till that signs is where it always was; phones here say nothing of where they are."""
    return Place(is_first_seen=False if mode is RedeemMode.CODE else None)


def _known(act: Act) -> Known:
    days, hours = act.facts.get("account_age_days"), act.facts.get("device_age_hours")
    return Known(
        registered_at=None if days is None else act.at - timedelta(days=int(days)),
        device_seen_at=None if hours is None else act.at - timedelta(hours=int(hours)),
    )
