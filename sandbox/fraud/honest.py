"""Honest neighbours: breakfast and groceries, families on one telephone, helpers who hold it for the old, bad GPS."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from sandbox.fraud.acts import DAYS, Act, Neighbour, Town, new_uuid

SHOPS, COORDINATORS = 25, 12
HELPED = 6
"""People without a telephone of their own, for whom a grid worker holds his."""
HOURS = (7, 8, 8, 9, 10, 11, 11, 12, 12, 15, 16, 17, 17, 18, 18, 19, 19, 20, 21)


def make_town(chance: Random, first: datetime, residents: int) -> Town:
    """Homes of one to four people. Four in a hundred are new; some families share one telephone."""
    neighbours: list[Neighbour] = []
    helper = new_uuid(chance)
    while len(neighbours) < residents:
        household, family = new_uuid(chance), new_uuid(chance)
        for member in range(min(chance.choice((1, 2, 2, 3, 4)), residents - len(neighbours))):
            shared = member > 0 and chance.random() < 0.25
            is_helped = len(neighbours) % max(1, residents // HELPED) == 7
            device = helper if is_helped else family if shared or member == 0 else new_uuid(chance)
            account_days = chance.randrange(4) if chance.random() < 0.04 else chance.randrange(30, 900)
            device_days = -chance.randrange(DAYS) if chance.random() < 0.03 else min(account_days, 400)
            neighbours.append(Neighbour(new_uuid(chance), household, device, device_days, account_days))
    return Town(
        first=first,
        neighbours=tuple(neighbours),
        shops=tuple(new_uuid(chance) for _ in range(SHOPS)),
        coordinators=tuple(new_uuid(chance) for _ in range(COORDINATORS)),
    )


def live(chance: Random, town: Town) -> Iterator[Act]:
    """Give all that honest people do in the month, in no order."""
    for who in town.neighbours:
        yield from _shopping(chance, town, who)
        yield from _signing_in(chance, town, who)
        if chance.random() < 0.35:
            yield from _volunteering(chance, town, who)


def _shopping(chance: Random, town: Town, who: Neighbour) -> Iterator[Act]:
    count = 1 if chance.random() < 0.08 else chance.choice((2, 3, 3, 4))
    favourites = chance.choices(town.shops, weights=range(len(town.shops), 0, -1), k=count)
    for _ in range(min(40, int(chance.lognormvariate(1.6, 0.7)))):
        at = _daytime(chance, town)
        large = chance.random() < 0.04
        points = chance.randrange(400, 2500) if large else chance.choice((5, 10, 10, 20, 20, 30, 50, 50, 80, 100, 120))
        share = chance.randrange(10, 51)
        shop = favourites[min(chance.randrange(6), len(favourites) - 1)]
        bought = Act(
            kind="redeem",
            at=at,
            subject=new_uuid(chance),
            **_who(who),
            shop=shop,
            terminal=UUID(int=shop.int ^ 1),
            points=points,
            order_fen=points * 1000 // share,
            mode=chance.choice(("code", "code", "code", "shop_code", "order_code")),
            facts=_ages(who, town, at) | {"points_share_percent": share} | _place(chance),
        )
        yield bought
        if chance.random() < 0.015:
            yield _returned(chance, bought)


def _returned(chance: Random, bought: Act) -> Act:
    hours = chance.randrange(1, 72)
    return Act(
        kind="refund",
        at=bought.at + timedelta(hours=hours),
        subject=new_uuid(chance),
        resident=bought.resident,
        household=bought.household,
        shop=bought.shop,
        terminal=bought.terminal,
        points=bought.points,
        facts={"hours_since_payment": hours},
        refunds=bought.subject,
    )


def _signing_in(chance: Random, town: Town, who: Neighbour) -> Iterator[Act]:
    for _ in range(chance.randrange(2, 7)):
        at = _daytime(chance, town)
        facts = {"is_first_seen_address": chance.random() < 0.1} | _ages(who, town, at)
        yield Act(kind="login", at=at, subject=new_uuid(chance), person=who.resident, device=who.device, facts=facts)


def _volunteering(chance: Random, town: Town, who: Neighbour) -> Iterator[Act]:
    leader = chance.choice(town.coordinators)
    for _ in range(chance.randrange(1, 6)):
        at, minutes = _daytime(chance, town), chance.choice((60, 60, 90, 120, 180))
        for moment in (at, at + timedelta(minutes=minutes)):
            facts = _place(chance) | _ages(who, town, moment) | {"minutes": minutes, "is_repeated_position": False}
            yield Act(
                kind="check_in",
                at=moment,
                subject=new_uuid(chance),
                **_who(who),
                coordinator=leader,
                points=minutes,
                facts=facts,
            )
        yield Act(
            kind="award",
            at=at + timedelta(hours=chance.randrange(4, 30)),
            subject=new_uuid(chance),
            resident=who.resident,
            person=who.resident,
            household=who.household,
            coordinator=leader,
            points=minutes,
            facts={"minutes": minutes, "is_off_roster": chance.random() < 0.03},
        )


def _who(who: Neighbour) -> dict[str, UUID]:
    return {"resident": who.resident, "person": who.resident, "household": who.household, "device": who.device}


def _ages(who: Neighbour, town: Town, at: datetime) -> dict[str, int]:
    day = (at - town.first).days
    return {
        "account_age_days": who.account_days + day,
        "device_age_hours": max(1, 24 * (who.device_days + day)) if who.device_days + day >= 0 else 9600,
    }


def _place(chance: Random) -> dict[str, int]:
    """Where the telephone says it is: mostly right, indoors sometimes kilometres off, and then it says so."""
    if chance.random() < 0.03:
        return {"distance_metres": chance.randrange(200, 3000), "accuracy_metres": chance.randrange(800, 3000)}
    return {"distance_metres": int(abs(chance.gauss(0, 40))), "accuracy_metres": chance.randrange(5, 80)}


def _daytime(chance: Random, town: Town, hours: Sequence[int] = HOURS) -> datetime:
    hour = chance.randrange(24) if chance.random() < 0.01 else chance.choice(hours)
    return town.first + timedelta(days=chance.randrange(DAYS), hours=hour, minutes=chance.randrange(60))
