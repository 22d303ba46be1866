"""Who deals with whom: residents, shops, devices and coordinators over ninety days, and what stands out.

A neighbourhood is one piece: everybody buys at the same shops. So rings are sought among *tight* ties alone: a shop
that gets nearly all that somebody spends, a device that several homes use, awards that go both ways. What honest people
do makes few of these, and those do not hang together.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import networkx as nx

from app.risk.terms import EventKind, FindingKind, Pivot

Node = tuple[Pivot, UUID]

SHOP_POINTS_MIN = 3_000
"""Below that a shop's customers say nothing."""
SHOP_FACTS_MIN = 20
RESIDENT_POINTS_MIN = 500
TIGHT_PERCENT = 90
"""Of somebody's points at one shop: such a tie is tight."""
WHOLESALE_PERCENT = 50
"""A shop is in a ring when its tight customers spend at least that much of what it gets."""
TOP = 5
TOP_PERCENT = 80
DEVICE_HOMES_MIN = 3
"""Homes (or residents without one) on one device: a family's telephone is one home."""
RECIPROCAL_MIN = 3
RING_RESIDENTS_MIN = 4
EVIDENCE_MAX = 50


@dataclass(slots=True)
class Dealings:
    """What happened, added up page by page; its size follows the number of people and shops, not of facts."""

    spent: dict[tuple[UUID, UUID], int] = field(default_factory=lambda: defaultdict(int))  # (resident, shop) → points
    visits: dict[UUID, int] = field(default_factory=lambda: defaultdict(int))  # shop → facts
    devices: dict[UUID, dict[UUID, UUID]] = field(default_factory=lambda: defaultdict(dict))  # device → resident → home
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
            self.devices[device_id][resident_id] = household_id or resident_id
        if kind == EventKind.REDEEM and shop_id is not None and points:
            self.spent[resident_id, shop_id] += points
            self.visits[shop_id] += 1
        if kind == EventKind.AWARD and coordinator_id is not None:
            self.awards[coordinator_id, resident_id] += 1


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
    devices = _shared_devices(dealings)
    found += devices
    mutual = _reciprocity(dealings)
    found += _once(each for pair in mutual.values() for each in pair)
    return found + _rings(_tight(dealings, shops, residents, devices, mutual), dealings)


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
        homes = set(residents.values())
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


def _tight(
    dealings: Dealings,
    shops: Mapping[UUID, int],
    residents: Mapping[UUID, int],
    devices: Iterable[Found],
    mutual: Iterable[tuple[UUID, UUID]],
) -> "nx.Graph[Node]":
    graph: nx.Graph[Node] = nx.Graph()
    captured: dict[UUID, int] = defaultdict(int)
    ties = []
    for (resident, shop), points in dealings.spent.items():
        if residents[resident] >= RESIDENT_POINTS_MIN and 100 * points >= TIGHT_PERCENT * residents[resident]:
            captured[shop] += points
            ties.append((resident, shop))
    for resident, shop in ties:
        if shops[shop] >= SHOP_POINTS_MIN and 100 * captured[shop] >= WHOLESALE_PERCENT * shops[shop]:
            graph.add_edge((Pivot.RESIDENT, resident), (Pivot.SHOP, shop))
    for device in devices:
        for resident in dealings.devices[device.about_id]:
            graph.add_edge((Pivot.RESIDENT, resident), (Pivot.DEVICE, device.about_id))
    owners = {account: resident for resident, account in dealings.accounts.items()}
    for one, other in mutual:
        graph.add_edge((Pivot.RESIDENT, owners.get(one, one)), (Pivot.RESIDENT, owners.get(other, other)))
    return graph


def _rings(graph: "nx.Graph[Node]", dealings: Dealings) -> list[Found]:
    """Groups that hang together by more than one sort of tie: one sort alone is told by its own finding."""
    found = []
    for members in nx.connected_components(graph):
        residents = sorted(who for pivot, who in members if pivot is Pivot.RESIDENT)
        shops = sorted(who for pivot, who in members if pivot is Pivot.SHOP)
        devices = sorted(who for pivot, who in members if pivot is Pivot.DEVICE)
        sorts = bool(shops) + bool(devices) + _has_mutual(graph, residents)
        if len(residents) < RING_RESIDENTS_MIN or sorts < 2:
            continue
        evidence = {
            "residents": [str(who) for who in residents[:EVIDENCE_MAX]],
            "shops": [str(who) for who in shops[:EVIDENCE_MAX]],
            "devices": [str(who) for who in devices[:EVIDENCE_MAX]],
            "points": sum(p for (who, shop), p in dealings.spent.items() if who in residents and shop in shops),
        }
        head: Node = (Pivot.SHOP, shops[0]) if shops else (Pivot.DEVICE, devices[0])
        for pivot, who in sorted(members):
            found.append(Found(FindingKind.RING, pivot, who, len(members), evidence, (pivot, who) == head))
    return found


def _has_mutual(graph: "nx.Graph[Node]", residents: Iterable[UUID]) -> bool:
    nodes = [(Pivot.RESIDENT, who) for who in residents]
    return bool(graph.subgraph(nodes).number_of_edges())
