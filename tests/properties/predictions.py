"""What each act must answer, foretold from the book in memory. Each prediction also carries the act out there."""

import calendar
from datetime import date, timedelta
from uuid import UUID

from tests.properties.auditor import NOT_REVERSED, VALUE, Answer, Auditor, Done, Held

REDEEMED = "merchant_points"


def last_day(earned: date) -> date:
    """The book's points live to the end of the next month."""
    year, month = (earned.year + 1, 1) if earned.month == 12 else (earned.year, earned.month + 1)
    return date(year, month, calendar.monthrange(year, month)[1])


def fund(a: Auditor, cause: str, fen: int) -> tuple[Answer, Done | None]:
    if known := a.before(cause, ("fund", fen)):
        return known, None
    made = a.post("fund", None, [], {("bank", None): -fen, ("sponsor_funding", None): fen})
    return a.decide(cause, ("fund", fen), Answer(fen=fen, balance=a.balance("sponsor_funding"))), made


def mint(a: Auditor, cause: str, points: int) -> tuple[Answer, Done | None]:
    content = ("mint", points)
    if known := a.before(cause, content):
        return known, None
    fen, money = points * VALUE, a.balance("sponsor_funding")
    if money < fen:
        return a.decide(cause, content, Answer("FundingInsufficient", money)), None
    moves = {("issuance", None): -points, ("sponsor_budget", None): points}
    moves |= {("sponsor_funding", None): -fen, ("budget_reserve", None): fen}
    made = a.post("mint", None, [], moves, points)
    return a.decide(cause, content, Answer(points=points, fen=fen)), made


def award(a: Auditor, cause: str, who: UUID, points: int, day: date | None = None) -> tuple[Answer, Done | None]:
    content = ("award", who, points, day)
    if known := a.before(cause, content):
        return known, None
    if a.balance("sponsor_budget") < points:
        return a.decide(cause, content, Answer("PointsInsufficient", a.balance("sponsor_budget"))), None
    fen = points * VALUE
    moves = {("sponsor_budget", None): -points, ("budget_reserve", None): -fen, ("points_liability", None): fen}
    made = a.post("award", who, [(day or last_day(a.today), points)], moves)
    answer = Answer(points=points, fen=fen, balance=a.passbook(who).posted)
    return a.decide(cause, content, answer), made


def taking(a: Auditor, who: UUID, pieces: list[tuple[date, int]]) -> tuple[Answer, Done]:
    """A purchase of exactly these pieces."""
    points = sum(piece for _, piece in pieces)
    fen = points * VALUE
    moves = {(REDEEMED, None): points, ("points_liability", None): -fen, ("merchant_payable", None): fen}
    made = a.post("redemption", who, [(day, -piece) for day, piece in pieces], moves)
    return Answer(points=points, fen=fen, balance=a.passbook(who).posted), made


def redeem(a: Auditor, cause: str, who: UUID, points: int, *, locked: bool = False) -> tuple[Answer, Done | None]:
    content = ("redeem", who, points)
    if known := a.before(cause, content):
        return known, None
    if not locked:
        a.lapse(who)
    if a.passbook(who).frozen:
        return a.decide(cause, content, Answer("AccountFrozen")), None
    if a.available(who) < points:
        return a.decide(cause, content, Answer("PointsInsufficient", a.available(who))), None
    answer, made = taking(a, who, a.reserve(who, points))
    return a.decide(cause, content, answer), made


def hold(a: Auditor, cause: str, who: UUID, points: int, seconds: int) -> tuple[Answer, Held | None]:
    content = ("hold", who, points)
    if known := a.before(cause, content):
        return known, None
    a.lapse(who)
    if a.passbook(who).frozen:
        return a.decide(cause, content, Answer("AccountFrozen")), None
    if a.available(who) < points:
        return a.decide(cause, content, Answer("PointsInsufficient", a.available(who))), None
    made = Held(who, a.reserve(who, points), a.now + timedelta(seconds=seconds))
    for day, piece in made.pieces:
        a.passbook(who).lots[day].held += piece
    return a.decide(cause, content, Answer(points=points)), made


def capture(a: Auditor, cause: str, hold_id: UUID, who: UUID, points: int | None) -> tuple[Answer, Done | None]:
    content = ("capture", hold_id, who, points)
    if known := a.before(cause, content):
        return known, None
    a.lapse(who)
    held = a.holds[hold_id]
    if held.who != who:
        return a.decide(cause, content, Answer("ReferredMissing")), None
    if held.ended:
        return a.decide(cause, content, Answer("HoldResolved")), None
    if a.passbook(who).frozen:
        return a.decide(cause, content, Answer("AccountFrozen")), None
    if points is not None and points > held.points:
        return a.decide(cause, content, Answer("AmountOver", held.points)), None
    need, pieces = points or held.points, []
    for day, piece in held.pieces:
        if take := min(need, piece):
            pieces.append((day, take))
            need -= take
    a.end(held, "captured")
    answer, made = taking(a, who, pieces)
    return a.decide(cause, content, answer), made


def release(a: Auditor, hold_id: UUID) -> Answer:
    held = a.holds[hold_id]
    if held.ended is None:
        a.end(held, "expired" if held.expires_at <= a.now else "released")
    return Answer("HoldNotReleasable") if held.ended == "captured" else Answer(held.ended)


def sweep(a: Auditor) -> int:
    before = a.lapses
    for who in list(a.residents):
        a.lapse(who)
    return a.lapses - before


def refund(a: Auditor, cause: str, of: UUID, who: UUID, points: int) -> tuple[Answer, Done | None]:
    content = ("refund", of, who, points)
    if known := a.before(cause, content):
        return known, None
    bought = a.done[of]
    if bought.code != "redemption" or bought.who != who:
        return a.decide(cause, content, Answer("ReferredMissing")), None
    if bought.corrected_by:
        return a.decide(cause, content, Answer("AlreadyReversed")), None
    if points > bought.points - bought.refunded:
        return a.decide(cause, content, Answer("AmountOver", bought.points - bought.refunded)), None
    skip, need, pieces = bought.refunded, points, []
    for day, taken in sorted(bought.pieces, reverse=True):
        given = min(skip, -taken)
        back = min(need, -taken - given)
        skip, need = skip - given, need - back
        if back:
            pieces.append((a.grace(day), back))
    fen = points * VALUE
    moves = {(REDEEMED, None): -points, ("points_liability", None): fen, ("merchant_payable", None): -fen}
    made = a.post("refund", who, pieces, moves)
    bought.refunded += points
    answer = Answer(points=points, fen=fen, balance=a.passbook(who).posted)
    follow(a, who)
    return a.decide(cause, content, answer), made


def follow(a: Auditor, who: UUID) -> None:
    """What was given back into a closed passbook goes on to the one that is open."""
    last = who
    while last in a.closed:
        last = a.closed[last]
    pieces = [(day, -lot.left) for day, lot in a.passbook(who).spendable(a.today) if lot.left]
    if last == who or not pieces:
        return
    a.lapse(who)
    for day, points in pieces:
        a.passbook(last).give(day, -points)
    a.post("transfer", who, pieces, {})


def correctable(a: Auditor, cause: str, kind: str, of: UUID) -> Answer | None:
    """What is refused, or answered again, before anything is decided."""
    original = a.done[of]
    is_fresh_clawback = kind == "clawback" and not original.corrected_by
    wrongs = (
        (original.code in NOT_REVERSED, "CorrectionNotReversible"),
        (kind == "reversal" and bool(original.refunded or original.taken), "PartlyRefunded"),
        (original.corrected_by not in {None, cause}, "AlreadyReversed"),
        (is_fresh_clawback and original.code != "award", "CorrectionNotReversible"),
        (is_fresh_clawback and original.taken == original.points, "AlreadyReversed"),
    )
    for wrong, refusal in wrongs:
        if wrong:
            return Answer(refusal, sticky=False)
    return a.before(cause, (kind, of))


def partly(a: Auditor, cause: str, of: UUID, points: int) -> Answer | None:
    """The same of a part of an award."""
    original, content = a.done[of], ("part", of, points)
    if original.code in NOT_REVERSED:
        return Answer("CorrectionNotReversible", sticky=False)
    if cause in a.decided and a.decided[cause][1].refusal is None:
        return a.before(cause, content)
    left = original.points - original.taken
    wrongs = (
        (bool(original.corrected_by), "AlreadyReversed", None),
        (original.code != "award", "CorrectionNotReversible", None),
        (not left, "AlreadyReversed", None),
        (points > left, "TakenBackOver", left),
    )
    for wrong, refusal, available in wrongs:
        if wrong:
            return Answer(refusal, available, sticky=False)
    return a.before(cause, content)


def reverse(a: Auditor, cause: str, of: UUID) -> tuple[Answer, Done | None]:
    if known := correctable(a, cause, "reversal", of):
        return known, None
    original, content = a.done[of], ("reversal", of)
    pieces = [(day if p > 0 else a.grace(day), -p) for day, p in original.pieces]
    if any(p < 0 for _, p in pieces):
        a.lapse(original.who)
    for day, points in pieces:
        lot = a.passbook(original.who).lots.get(day)
        if points < 0 and lot.left - lot.held < -points:
            return a.decide(cause, content, Answer("AlreadySpent", lot.left - lot.held)), None
    back = {account: -amount for account, amount in original.accounts.items()}
    for account in (("sponsor_budget", None), ("sponsor_funding", None)):
        if a.accounts[account] < -back.get(account, 0):
            return a.decide(cause, content, Answer("PointsInsufficient", a.accounts[account])), None
    made = a.post("reversal", original.who, pieces, back, original.points)
    original.corrected_by = cause
    fen = sum(amount for (kind, _), amount in back.items() if amount > 0 and kind in MONEY)
    balance = a.passbook(original.who).posted if original.who else None
    if any(p > 0 for _, p in pieces):
        follow(a, original.who)
    return a.decide(cause, content, Answer(points=original.points, fen=fen, balance=balance)), made


MONEY = {
    "bank",
    "sponsor_funding",
    "budget_reserve",
    "points_liability",
    "merchant_payable",
    "breakage_result",
}


def claw_back(a: Auditor, cause: str, of: UUID, part_of: int | None = None) -> tuple[Answer, Done | None]:
    if known := correctable(a, cause, "clawback", of) if part_of is None else partly(a, cause, of, part_of):
        return known, None
    original, content = a.done[of], ("clawback", of) if part_of is None else ("part", of, part_of)
    (day, given), owners = original.pieces[0], of_one(a, original.who)
    points = given - original.taken if part_of is None else part_of
    taken, missing = [], points
    for who in owners:
        lot = a.passbook(who).lots.get(day)
        part = min(missing, lot.left - lot.held + a.waiting(who)[day]) if lot else 0
        if part:
            taken.append((who, part))
            missing -= part
    expired = min(missing, unexcused(a, owners, day))
    left, owed = points - missing, missing - expired
    for who, part in taken:
        a.lapse(who)
        a.passbook(who).give(day, -part)
    moves = {("sponsor_budget", None): left, ("clawback", owners[0]): -owed, ("clawback", None): owed}
    moves |= {("breakage", None): -expired, ("issuance", None): expired}
    moves |= {("points_liability", None): -left * VALUE, ("budget_reserve", None): left * VALUE}
    a.excused[owners[0], day] += expired
    made = a.post("clawback", owners[0], [], moves, points)
    if part_of is None:
        original.corrected_by = cause
    else:
        original.taken += part_of
    balance = a.passbook(taken[0][0]).posted if taken else None
    return a.decide(cause, content, Answer(points=points, fen=left * VALUE, balance=balance)), made


def of_one(a: Auditor, who: UUID) -> list[UUID]:
    """The passbooks that were merged with this one, the one they went into first."""
    while who in a.merged:
        who = a.merged[who]
    found, level = [], [who]
    while level:
        found += level
        level = sorted(owner for owner, to in a.merged.items() if to in level)
    return found


def unexcused(a: Auditor, owners: list[UUID], day: date) -> int:
    """What expired of a lot for good, less what excuses clawbacks already."""
    expired = [done for done in a.done.values() if done.code == "expiry" and not done.corrected_by]
    points = -sum(p for done in expired if done.who in owners for d, p in done.pieces if d == day)
    return max(0, points - sum(a.excused[who, day] for who in owners))


def expire(a: Auditor) -> list[Done]:
    """One transaction for each passbook in which free points fell due."""
    due = [
        who
        for who, passbook in a.residents.items()
        if any(day < a.today and lot.left - lot.held + a.waiting(who)[day] > 0 for day, lot in passbook.lots.items())
    ]
    made = []
    for who in due:
        a.lapse(who)
        lots = sorted(a.passbook(who).lots.items())
        pieces = [(day, lot.held - lot.left) for day, lot in lots if day < a.today and lot.left > lot.held]
        points = -sum(p for _, p in pieces)
        fen = points * VALUE
        moves = {("breakage", None): points, ("points_liability", None): -fen, ("sponsor_funding", None): fen}
        made.append(a.post("expiry", who, pieces, moves))
    return made


def transfer(a: Auditor, who: UUID, to: UUID, kind: str) -> tuple[str | None, Done | None]:
    """The refusal, or what moved, if anything. The passbook is closed in favour of `to`."""
    if who == to:
        return "TransferToSelf", None
    if to in a.closed:
        return "SuccessorClosed", None
    last = who
    while last in a.closed:
        last = a.closed[last]
    if last not in {who, to}:
        return "PassbookClosed", None
    if any(held.who == who and held.ended is None and held.expires_at > a.now for held in a.holds.values()):
        return "PassbookHeld", None
    pieces = [(day, -lot.left) for day, lot in a.passbook(who).spendable(a.today) if lot.left]
    owed = -a.balance("clawback", who) if kind == "merge" else 0
    if pieces:
        a.lapse(who)
    for day, points in pieces:
        a.passbook(to).give(day, -points)
    made = a.post("transfer", who, pieces, {("clawback", who): owed, ("clawback", to): -owed})
    close(a, who, to, kind)
    return None, made if pieces or owed else None


def close(a: Auditor, who: UUID, to: UUID, kind: str) -> None:
    """Once, for the reason given first."""
    if who not in a.closed:
        a.closed[who] = to
        a.merged |= {who: to} if kind == "merge" else {}
    a.passbook(who).frozen = True


def batch(a: Auditor, rows: list[tuple[str, str, UUID, int]]) -> list[tuple[Answer, Done | None]]:
    """Each row (cause, act, resident, points) in its order; who spends is locked first, if anything is new at all."""
    first_of_its_cause = {cause: row for cause, *row in reversed(rows)}
    if any(cause not in a.decided for cause in first_of_its_cause):
        for name, who, _ in first_of_its_cause.values():
            if name == "redeem":
                a.lapse(who)
    return [
        redeem(a, cause, who, points, locked=True) if name == "redeem" else award(a, cause, who, points)
        for cause, name, who, points in rows
    ]
