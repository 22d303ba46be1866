"""Attacks on a neighbourhood, as people carry them out for money. Knows people and shops; knows no rule and no limit.

Each is one scheme of the catalogue of attacks with numbers as a cheat would choose them: who wants the points out, and
how often he can be bothered. It imports nothing of the application, which a test holds it to.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sandbox.fraud.acts import DAYS, Act, Neighbour, Town, new_uuid


def attack(chance: Random, town: Town) -> Iterator[Act]:
    """Give all that is done against the neighbourhood in the month, in no order."""
    for scheme, times in ((_ring, 2), (_friend_of_the_shop, 2), (_splitting, 3), (_takeover, 5), (_farm, 2)):
        for _ in range(times):
            yield from scheme(chance, town)
    for scheme, times in ((_fake_places, 4), (_relayed_code, 2), (_mutual_awards, 2), (_refunds, 3), (_old_photos, 4)):
        for _ in range(times):
            yield from scheme(chance, town)


def _ring(chance: Random, town: Town) -> Iterator[Act]:
    """A shop of their own and five to eight passbooks on one or two telephones cash in for some weeks."""
    shop, devices = new_uuid(chance), [new_uuid(chance) for _ in range(chance.choice((1, 2)))]
    start = chance.randrange(DAYS - 15)
    for who in chance.sample(town.neighbours, chance.randrange(5, 9)):
        device = chance.choice(devices)
        for _ in range(chance.randrange(8, 25)):
            at = _moment(chance, town, start, 14)
            facts = {
                "points_share_percent": chance.randrange(50, 101),
                "device_age_hours": 24 * (5 + (at - town.first).days),
            }
            yield _spend(chance, "ring", who, at, shop, chance.randrange(80, 400), device=device, facts=facts)


def _friend_of_the_shop(chance: Random, town: Town) -> Iterator[Act]:
    """The owner's friend, whom no register names, turns a whole passbook into cash at the shop, without goods."""
    who, shop = chance.choice(town.neighbours), chance.choice(town.shops)
    start = chance.randrange(DAYS - 10)
    for _ in range(chance.randrange(15, 40)):
        at = _moment(chance, town, start, 8)
        yield _spend(
            chance, "friend", who, at, shop, chance.choice((200, 300, 500, 1000)), facts={"points_share_percent": 100}
        )


def _splitting(chance: Random, town: Town) -> Iterator[Act]:
    """Many parts below whatever the limit of one may be, one after another."""
    who, shop = chance.choice(town.neighbours), chance.choice(town.shops)
    at = _moment(chance, town, 0, DAYS)
    for _ in range(chance.randrange(20, 45)):
        at += timedelta(minutes=chance.randrange(2, 6))
        yield _spend(chance, "splitting", who, at, shop, chance.randrange(90, 200), facts={"points_share_percent": 50})


def _takeover(chance: Random, town: Town) -> Iterator[Act]:
    """Somebody else's account, signed in on another telephone, is emptied the same evening."""
    who, device, at = chance.choice(town.neighbours), new_uuid(chance), _moment(chance, town, 0, DAYS)
    facts: dict[str, Any] = {"device_age_hours": 0, "is_first_seen_address": True}
    yield Act(
        kind="login",
        at=at,
        subject=new_uuid(chance),
        scheme="takeover",
        person=who.resident,
        device=device,
        facts=facts,
        is_victims=True,
    )
    for _ in range(chance.randrange(1, 5)):
        at += timedelta(minutes=chance.randrange(5, 60))
        shop, points = chance.choice(town.shops), chance.randrange(800, 5000)
        bought = _spend(chance, "takeover", who, at, shop, points, device=device, facts=facts)
        yield replace(bought, is_victims=True)


def _farm(chance: Random, town: Town) -> Iterator[Act]:
    """Accounts made by the dozen on a few telephones take what newcomers get, and spend it."""
    devices = [new_uuid(chance) for _ in range(chance.choice((1, 2, 3)))]
    leader, start = chance.choice(town.coordinators), chance.randrange(DAYS - 10)
    for _ in range(chance.randrange(8, 20)):
        device, resident = chance.choice(devices), new_uuid(chance)
        who = Neighbour(resident, new_uuid(chance), device, 0, 0)
        at = _moment(chance, town, start, 5)
        yield Act(
            kind="login",
            at=at,
            subject=new_uuid(chance),
            scheme="farm",
            person=resident,
            device=device,
            facts={"account_age_days": 0},
        )
        gift = chance.randrange(50, 200)
        earned = at + timedelta(hours=chance.randrange(1, 48))
        yield _award(chance, "farm", who, earned, leader, gift, device=device, facts={"account_age_days": 1})
        spent = earned + timedelta(hours=chance.randrange(1, 48))
        yield _spend(
            chance,
            "farm",
            who,
            spent,
            chance.choice(town.shops),
            gift,
            facts={"account_age_days": 2, "points_share_percent": 50},
        )


def _fake_places(chance: Random, town: Town) -> Iterator[Act]:
    """A volunteer who stays at home and lets a program say where the telephone is."""
    who, leader = chance.choice(town.neighbours), chance.choice(town.coordinators)
    way = chance.choice(("far", "teleport", "constant"))
    for turn in range(chance.randrange(6, 16)):
        at = _moment(chance, town, 0, DAYS)
        facts: dict[str, Any] = {"accuracy_metres": chance.randrange(5, 60), "distance_metres": chance.randrange(0, 60)}
        if way == "far":
            facts["distance_metres"] = chance.randrange(600, 20_000)
        elif way == "teleport":
            facts["travel_kmh"] = chance.randrange(200, 3000)
        else:
            facts["is_repeated_position"] = turn > 0
        points = chance.choice((60, 120, 180, 240))
        yield Act(
            kind="check_in",
            at=at,
            subject=new_uuid(chance),
            scheme=f"place: {way}",
            **_of(who),
            coordinator=leader,
            points=points,
            facts=facts,
            at_risk=points,
        )


def _relayed_code(chance: Random, town: Town) -> Iterator[Act]:
    """In one circle of friends the one who is there checks in everybody from his telephone, three times."""
    circle = chance.sample(town.neighbours, chance.randrange(6, 13))
    for _ in range(3):
        at, device, leader = _moment(chance, town, 0, DAYS), circle[0].device, chance.choice(town.coordinators)
        for who in circle:
            at += timedelta(seconds=chance.randrange(15, 90))
            yield Act(
                kind="check_in",
                at=at,
                subject=new_uuid(chance),
                scheme="relay",
                **(_of(who) | {"device": device}),
                coordinator=leader,
                points=120,
                facts={"distance_metres": chance.randrange(5, 60), "accuracy_metres": chance.randrange(5, 40)},
                at_risk=120,
            )


def _mutual_awards(chance: Random, town: Town) -> Iterator[Act]:
    """Two coordinators write down hours for each other that nobody worked."""
    one, other = chance.sample(town.coordinators, 2)
    for giver, taker in ((one, other), (other, one)):
        who = Neighbour(taker, UUID(int=taker.int ^ 2), UUID(int=taker.int ^ 3), 300, 300)
        for _ in range(chance.randrange(6, 14)):
            at = _moment(chance, town, 0, DAYS)
            yield _award(chance, "mutual", who, at, giver, chance.randrange(100, 400), facts={"minutes": 240})


def _refunds(chance: Random, town: Town) -> Iterator[Act]:
    """Points are spent and given back, again and again: for the cash of it, or to keep them from lapsing."""
    who, shop = chance.choice(town.neighbours), chance.choice(town.shops)
    at = _moment(chance, town, 0, 12)
    for _ in range(chance.randrange(10, 22)):
        at += timedelta(hours=chance.randrange(3, 20))
        points = chance.randrange(400, 1500)
        bought = _spend(chance, "refunds", who, at, shop, points, facts={"points_share_percent": 50})
        yield bought
        hours = chance.randrange(1, 3)
        yield Act(
            kind="refund",
            at=at + timedelta(hours=hours),
            subject=new_uuid(chance),
            scheme="refunds",
            resident=who.resident,
            household=who.household,
            shop=shop,
            points=points,
            facts={"hours_since_payment": hours},
            refunds=bought.subject,
        )


def _old_photos(chance: Random, town: Town) -> Iterator[Act]:
    """Last month's picture of a tidy corridor is this month's work."""
    who, leader = chance.choice(town.neighbours), chance.choice(town.coordinators)
    for _ in range(chance.randrange(3, 9)):
        at = _moment(chance, town, 0, DAYS)
        yield _award(chance, "photo", who, at, leader, chance.choice((30, 60, 90)), facts={"is_duplicate_photo": True})


def _spend(  # noqa: PLR0917 - what all spending has in common, read as a sentence
    chance: Random, scheme: str, who: Neighbour, at: datetime, shop: UUID, points: int, **more: Any
) -> Act:
    facts = {"account_age_days": who.account_days + 30, "device_age_hours": 4000} | more.get("facts", {})
    return Act(
        kind="redeem",
        at=at,
        subject=new_uuid(chance),
        scheme=scheme,
        **(_of(who) | {"device": more.get("device", who.device)}),
        shop=shop,
        terminal=UUID(int=shop.int ^ 1),
        points=points,
        order_fen=points * 1000 // int(facts.get("points_share_percent", 50)),
        mode="code",
        facts=facts,
        at_risk=points,
    )


def _award(  # noqa: PLR0917 - as above
    chance: Random, scheme: str, who: Neighbour, at: datetime, leader: UUID, points: int, **more: Any
) -> Act:
    named = {name: value for name, value in _of(who).items() if name != "device"}
    return Act(
        kind="award",
        at=at,
        subject=new_uuid(chance),
        scheme=scheme,
        **named,
        device=more.get("device"),
        coordinator=leader,
        points=points,
        facts=more.get("facts", {}),
        at_risk=points,
    )


def _of(who: Neighbour) -> dict[str, UUID]:
    return {"resident": who.resident, "person": who.resident, "household": who.household, "device": who.device}


def _moment(chance: Random, town: Town, start: int, days: int) -> datetime:
    hour = chance.choice((9, 10, 11, 14, 15, 16, 19, 20, 21, 22))
    return town.first + timedelta(days=start + chance.randrange(days), hours=hour, minutes=chance.randrange(60))
