"""Who deals with whom: residents, shops, devices and coordinators over ninety days, and what stands out.

A neighbourhood is one piece: everybody buys at the same shops. So a ring is sought among the regulars of one shop at a
time, and of those only whom a second sort of tie binds to another regular: a telephone that they share though they do
not live together, or awards that went both ways. A regular is none for that alone, nor is who lends his telephone.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.risk.terms import EventKind, FindingKind, Pivot

if TYPE_CHECKING:
    import networkx as nx

Node = tuple[Pivot, UUID]

SHOP_POINTS_MIN = 3_000
"""Below that a shop's customers say nothing."""
SHOP_FACTS_MIN = 20
RESIDENT_POINTS_MIN = 500
REGULAR_PERCENT = 50
REGULAR_VISITS_MIN = 3
"""A regular of a shop has spent so much of all his points there, in so many visits: one large purchase makes none."""
WHOLESALE_PERCENT = 50
"""A shop is in a ring when those of the ring spend at least that much of what it gets: else it is where they buy."""
TOP = 5
TOP_PERCENT = 80
DEVICE_HOMES_MIN = 3
"""Homes (or residents without one) on one device: a family's telephone is one home."""
RECIPROCAL_MIN = 3
BOND_HOMES_MIN = 2
"""So many homes of regulars on one device bind them: weaker alone than DEVICE_HOMES_MIN, and enough beside the shop."""
RING_HOMES_MIN = 3
"""A family of two homes with one telephone and one grocer is no ring."""
EVIDENCE_MAX = 50


@dataclass(slots=True)
class Dealings:
    """What happened, added up page by page; its size follows the number of people and shops, not of facts."""

    spent: dict[tuple[UUID, UUID], int] = field(default_factory=lambda: defaultdict(int))  # (resident, shop) → points
    times: dict[tuple[UUID, UUID], int] = field(default_factory=lambda: defaultdict(int))  # (resident, shop) → visits
    visits: dict[UUID, int] = field(default_factory=lambda: defaultdict(int))  # shop → facts
    devices: dict[UUID, set[UUID]] = field(default_factory=lambda: defaultdict(set))  # device → residents
    homes: dict[UUID, UUID] = field(default_factory=dict)  # resident → household, where one is known
    awards: dict[tuple[UUID, UUID], int] = field(default_factory=lambda: defaultdict(int))  # (giver, taker) → how often
    accounts: dict[UUID, UUID] = field(default_factory=dict)  # resident → account

    def add(
        self,
        kind: str,
        *,
        points: int,
        resident_id: UUID | None,
        person_id: UUID | None,
        device_id: UUID | None,
        household_id: UUID | None,
        shop_id: UUID | None,
        coordinator_id: UUID | None,
    ) -> None:
        """Add one fact."""
        if resident_id is None:
            return
        if person_id is not None:
            self.accounts[resident_id] = person_id
        if device_id is not None:
            self.devices[device_id].add(resident_id)
        if household_id is not None:  # not every fact names it
            self.homes[resident_id] = household_id
        if kind == EventKind.REDEEM and shop_id is not None and points:
            self.spent[resident_id, shop_id] += points
            self.times[resident_id, shop_id] += 1
            self.visits[shop_id] += 1
        if kind == EventKind.AWARD and coordinator_id is not None:
            self.awards[coordinator_id, resident_id] += 1

    def homes_of(self, residents: Iterable[UUID]) -> set[UUID]:
        """The homes of some residents; of whom none is known is one of his own."""
        return {self.homes.get(who, who) for who in residents}


@dataclass(frozen=True, slots=True)
class Found:
    """Something that stands out. `opens`: enough by itself for people to look at it."""

    kind: FindingKind
    about: Pivot
    about_id: UUID
    value: int
    evidence: Mapping[str, Any]
    opens: bool = False


def find(dealings: Dealings) -> list[Found]:
    """Give all that stands out, each thing about somebody once."""
    shops, residents = _sums(dealings)
    found = [*_concentration(dealings, shops), *_shares(dealings, residents)]
    found += _shared_devices(dealings)
    mutual = _reciprocity(dealings)
    found += _once(each for pair in mutual.values() for each in pair)
    return [*found, *_once(_rings(dealings, shops, residents, mutual))]


def _once(found: Iterable[Found]) -> Iterable[Found]:
    """Of several about one, the one of the greatest value; it opens a case if any of them does."""
    kept: dict[UUID, Found] = {}
    for each in found:
        before = kept.get(each.about_id, each)
        greater = each if each.value > before.value else before
        kept[each.about_id] = replace(greater, opens=each.opens or before.opens)
    return kept.values()


def _sums(dealings: Dealings) -> tuple[dict[UUID, int], dict[UUID, int]]:
    shops: dict[UUID, int] = defaultdict(int)
    residents: dict[UUID, int] = defaultdict(int)
    for (resident, shop), points in dealings.spent.items():
        shops[shop] += points
        residents[resident] += points
    return shops, residents


def _concentration(dealings: Dealings, shops: Mapping[UUID, int]) -> Iterable[Found]:
    customers: dict[UUID, list[tuple[int, UUID]]] = defaultdict(list)
    for (resident, shop), points in dealings.spent.items():
        customers[shop].append((points, resident))
    for shop, total in shops.items():
        best = sorted(customers[shop], reverse=True)[:TOP]
        percent = 100 * sum(points for points, _ in best) // total
        if total >= SHOP_POINTS_MIN and dealings.visits[shop] >= SHOP_FACTS_MIN:
            evidence = {"points": total, "customers": len(customers[shop]), "best": [str(who) for _, who in best]}
            few = len(customers[shop]) <= TOP  # a new or small shop: told, and no case by itself
            yield Found(FindingKind.SHOP_TOP5, Pivot.SHOP, shop, percent, evidence, percent >= TOP_PERCENT and not few)


def _shares(dealings: Dealings, residents: Mapping[UUID, int]) -> Iterable[Found]:
    best: dict[UUID, tuple[int, UUID]] = {}
    for (resident, shop), points in dealings.spent.items():
        best[resident] = max(best.get(resident, (0, shop)), (points, shop))
    for resident, (points, shop) in best.items():
        if residents[resident] >= RESIDENT_POINTS_MIN:
            percent = 100 * points // residents[resident]
            evidence = {"shop": str(shop), "points": points}
            yield Found(FindingKind.RESIDENT_SHARE, Pivot.RESIDENT, resident, percent, evidence)


def _shared_devices(dealings: Dealings) -> list[Found]:
    found = []
    for device, residents in dealings.devices.items():
        homes = dealings.homes_of(residents)
        if len(homes) >= DEVICE_HOMES_MIN:
            evidence = {"homes": len(homes), "residents": [str(who) for who in sorted(residents)[:EVIDENCE_MAX]]}
            found.append(Found(FindingKind.DEVICE_SHARED, Pivot.DEVICE, device, len(residents), evidence, opens=True))
    return found


def _reciprocity(dealings: Dealings) -> dict[tuple[UUID, UUID], tuple[Found, Found]]:
    """Pairs who awarded each other. Who gives is an account, who takes a passbook: `accounts` says whose it is."""
    given: dict[tuple[UUID, UUID], int] = defaultdict(int)
    for (giver, resident), times in dealings.awards.items():
        given[giver, dealings.accounts.get(resident, resident)] += times
    pairs = {}
    for (one, other), times in given.items():
        least = min(times, given.get((other, one), 0))
        if one < other and least >= RECIPROCAL_MIN:
            evidence = {"pair": [str(one), str(other)], "times": [times, given[other, one]]}
            pairs[one, other] = tuple(
                Found(FindingKind.RECIPROCITY, Pivot.COORDINATOR, who, least, evidence, who == one)
                for who in (one, other)
            )
    return pairs  # type: ignore[return-value]  # each tuple is made of two


def _rings(
    dealings: Dealings,
    shops: Mapping[UUID, int],
    residents: Mapping[UUID, int],
    mutual: Iterable[tuple[UUID, UUID]],
) -> Iterable[Found]:
    """Groups of a shop's regulars that hang together by telephones or awards. One sort of tie has its own finding."""
    import networkx as nx  # noqa: PLC0415 - three hundred modules, for a job of the night

    used: dict[UUID, set[UUID]] = defaultdict(set)
    for device, people in dealings.devices.items():
        for resident in people:
            used[resident].add(device)
    owners = {account: resident for resident, account in dealings.accounts.items()}
    favours = [(owners.get(one, one), owners.get(other, other)) for one, other in mutual]
    for shop, regulars in _regulars(dealings, residents).items():
        for members in nx.connected_components(_bonds(dealings, regulars, used, favours)):
            core = sorted(who for pivot, who in members if pivot is Pivot.RESIDENT)
            if len(dealings.homes_of(core)) >= RING_HOMES_MIN:
                yield from _ring(dealings, shop, shops[shop], core, members)


def _regulars(dealings: Dealings, residents: Mapping[UUID, int]) -> Mapping[UUID, set[UUID]]:
    regulars: dict[UUID, set[UUID]] = defaultdict(set)
    for (resident, shop), points in dealings.spent.items():
        much = residents[resident] >= RESIDENT_POINTS_MIN and 100 * points >= REGULAR_PERCENT * residents[resident]
        if much and dealings.times[resident, shop] >= REGULAR_VISITS_MIN:
            regulars[shop].add(resident)
    return {shop: people for shop, people in regulars.items() if len(people) >= RING_HOMES_MIN}


def _bonds(
    dealings: Dealings,
    regulars: set[UUID],
    used: Mapping[UUID, set[UUID]],
    favours: Iterable[tuple[UUID, UUID]],
) -> "nx.Graph[Node]":
    """Bind regulars to telephones that those of several homes among them use, and to each other by favours."""
    import networkx as nx  # noqa: PLC0415 - as above

    graph: nx.Graph[Node] = nx.Graph()
    for device in {device for resident in regulars for device in used.get(resident, ())}:
        people = dealings.devices[device] & regulars
        if len(dealings.homes_of(people)) >= BOND_HOMES_MIN:
            graph.add_edges_from(((Pivot.RESIDENT, who), (Pivot.DEVICE, device)) for who in people)
    for one, other in favours:
        if one in regulars and other in regulars:
            graph.add_edge((Pivot.RESIDENT, one), (Pivot.RESIDENT, other))
    return graph


def _ring(dealings: Dealings, shop: UUID, total: int, core: list[UUID], members: set[Node]) -> Iterable[Found]:
    """Tell the ring of each in it. The shop is in it if it lives on it: else its other customers would be, too."""
    points = sum(dealings.spent[who, shop] for who in core)
    lives_on_it = total >= SHOP_POINTS_MIN and 100 * points >= WHOLESALE_PERCENT * total
    nodes = sorted({*members, (Pivot.SHOP, shop)} if lives_on_it else members)
    evidence = {
        "residents": [str(who) for who in core[:EVIDENCE_MAX]],
        "shops": [str(shop)],
        "devices": [str(who) for pivot, who in nodes if pivot is Pivot.DEVICE][:EVIDENCE_MAX],
        "points": points,
    }
    head = (Pivot.SHOP, shop) if lives_on_it else (Pivot.RESIDENT, core[0])
    for pivot, who in nodes:
        yield Found(FindingKind.RING, pivot, who, len(members) + 1, evidence, (pivot, who) == head)
