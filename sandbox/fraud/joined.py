"""What the joined system tells anti-fraud of an act: by its own functions, and nothing that it does not know.

The generators say what is the case; of that a till, a check-in or a sign-in comes to know a part. A test holds TOLD and
the two functions to what the running system writes down.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from app.identity.queries import AccountFacts
from app.identity.terms import NEWCOMER
from app.merchants.rules.evidence import Facts, Known, Place, Returns, facts_of_redeeming, facts_of_refunding
from app.merchants.rules.redemptions import needs_soter
from app.merchants.terms import RedeemMode
from sandbox.fraud.acts import Act, Town, Value

FEN_A_POINT = 10
"""Ten points are a yuan off the bill."""
DAYS, OF_OLD = timedelta(days=30), timedelta(days=365)
SCANNED = frozenset({RedeemMode.SHOP_CODE, RedeemMode.ORDER_CODE})
"""Here the resident confirms before it is decided: a fingerprint, where one is asked for, is known then."""
TOLD: Mapping[str, frozenset[str]] = {
    "check_in": frozenset({"distance_metres", "accuracy_metres", "travel_kmh", "is_repeated_position", "minutes"}),
    "award": frozenset({"is_off_roster", "minutes", "is_duplicate_photo"}),
    "login": frozenset({"account_age_days", "device_age_hours", "risk_rank", "is_first_seen_address"}),
}
"""By kind, the facts that are told as they are. Photos come with the awards of reports."""
OF_ACCOUNTS = frozenset({"check_in", "award"})
"""Here account and telephone are told by what identity holds. The generators have no networks, so none are told."""


@dataclass(slots=True)
class Accounts:
    """What identity holds: when an account was made, on which telephones it signed in since when, and on which last."""

    made: dict[UUID, datetime] = field(default_factory=dict)
    devices: dict[UUID, dict[UUID, datetime]] = field(default_factory=lambda: defaultdict(dict))
    last: dict[UUID, UUID] = field(default_factory=dict)

    @classmethod
    def of(cls, town: Town) -> "Accounts":
        """Those who live there have their accounts and telephones, but for telephones that they will buy.

        Of coordinators nobody says what they call with, nor how old their accounts are: none is new.
        """
        accounts = cls()
        for who in town.neighbours:
            accounts.made[who.resident] = town.first - timedelta(days=who.account_days)
            age = who.device_days if who.device_days >= 0 else who.account_days
            accounts.devices[who.device][who.resident] = town.first - timedelta(days=age)
            accounts.last[who.resident] = who.device
        accounts.made |= dict.fromkeys(town.coordinators, town.first - OF_OLD)
        return accounts

    def note(self, act: Act) -> None:
        """Whoever acts from a telephone has signed in there; that of an award's recipient acts nothing."""
        if act.person is None or act.device is None or act.kind == "award":
            return
        known = _known(act)
        self.made.setdefault(act.person, known.registered_at or act.at)
        self.devices[act.device].setdefault(act.person, known.device_seen_at or act.at)
        self.last[act.person] = act.device

    def facts_of(self, person: UUID | None, device: UUID | None, now: datetime) -> AccountFacts:
        """What identity says of somebody on a telephone; None: on the one he used last."""
        if person is None or person not in self.made:
            return AccountFacts(person_id=person, installation=device)
        device = device or self.last.get(person)
        beside = {} if device is None else self.devices[device]
        new = sum(1 for each in beside if self._is_new(each, now)) if self._is_new(person, now) else 0
        return AccountFacts(
            person_id=person,
            registered_at=self.made[person],
            installation=device,
            device_seen_at=beside.get(person),
            device_newcomers=new or None,
        )

    def _is_new(self, person: UUID, now: datetime) -> bool:
        return self.made[person] > now - NEWCOMER


@dataclass(slots=True)
class Books:
    """What identity holds, and the shops' own tables: who took what, and what of it came back."""

    accounts: Accounts = field(default_factory=Accounts)
    awarded: list[Act] = field(default_factory=list)
    bought: dict[UUID, Act] = field(default_factory=dict)
    taken: dict[UUID, list[Act]] = field(default_factory=lambda: defaultdict(list))
    returned: dict[UUID, int] = field(default_factory=lambda: defaultdict(int))

    def keep(self, act: Act) -> None:
        """Points moved: a purchase, or a refund of one, or an award."""
        if act.refunds is not None:
            self.returned[act.refunds] += act.points
        elif act.kind == "redeem" and act.resident is not None:
            self.bought[act.subject] = act
            self.taken[act.resident].append(act)
        elif act.kind == "award":
            self.awarded.append(act)

    def returned_awards(self, act: Act) -> int:
        """How often whoever is awarded has awarded this coordinator in thirty days."""
        pair = (act.person, act.coordinator)
        return sum((each.coordinator, each.person) == pair and each.at > act.at - DAYS for each in self.awarded)

    def returns_of(self, resident: UUID, now: datetime) -> Returns:
        """Thirty days of somebody's purchases, and what of them came back."""
        lately = [act for act in self.taken[resident] if act.at > now - DAYS]
        return Returns(sum(act.points for act in lately), sum(self.returned[act.subject] for act in lately))


def facts_of(act: Act, books: Books) -> Facts | Mapping[str, Value]:
    """The facts that the system would tell of an act. A refund's purchase is in the books."""
    if act.kind == "redeem":
        discount_fen = act.points * FEN_A_POINT
        mode = RedeemMode(act.mode)
        beside = books.accounts.facts_of(act.person, act.device, act.at)
        return facts_of_redeeming(
            replace(_known(act), device_newcomers=beside.device_newcomers),
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
    told = {name: value for name, value in act.facts.items() if name in TOLD[act.kind]}
    if act.kind == "award" and act.person in books.accounts.made:
        told["returned_awards_30d"] = books.returned_awards(act)
    return told | account_of(act, books).told(act.at) if act.kind in OF_ACCOUNTS else told


def account_of(act: Act, books: Books) -> AccountFacts:
    """Whose account and telephone the system holds it to be: of an award those its recipient used last."""
    return books.accounts.facts_of(act.person, None if act.kind == "award" else act.device, act.at)


def _place(mode: RedeemMode) -> Place:
    """A till that signs is where it always was; phones here say nothing of where they are."""
    return Place(is_first_seen=False if mode is RedeemMode.CODE else None)


def _known(act: Act) -> Known:
    days, hours = act.facts.get("account_age_days"), act.facts.get("device_age_hours")
    return Known(
        registered_at=None if days is None else act.at - timedelta(days=int(days)),
        device_seen_at=None if hours is None else act.at - timedelta(hours=int(hours)),
    )
