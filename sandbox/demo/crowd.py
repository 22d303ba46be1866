"""What happens to many at once: money paid in, points minted, paper taken over, batches, the night's expiry."""

import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sandbox.demo import words
from sandbox.demo.acts import AwardBatch, PaperBalance, TakeOver
from sandbox.demo.api import DemoProblem
from sandbox.demo.passbooks import Passbook
from sandbox.demo.stage import Stage, local_day
from sandbox.neighbourhood.people import Person
from sandbox.neighbourhood.places import RULE_OF, BudgetPlan, seeded_id

MINT_STEP = 1000
ROWS_MAX = 1000
# the system's sweeper comes every minute
SWEEP_SECONDS_MAX, POLL_SECONDS = 90.0, 2.0


def read_passbook(stage: Stage, treasurer: Person, person: Person, at: datetime) -> Passbook:
    """What a passbook holds before the week, as its owner sees it; what a broken-off week left in it is set right."""
    shown = stage.api.get(person, "/passbook", at=at).need()
    if shown["frozen"]:
        key = f"thaw-{shown['account_id']}-{shown['version']}"
        body = {"reason": words.THAW_REASON}
        # today, not then: a thaw dated before its freeze would read as still frozen
        stage.api.post(treasurer, f"/passbooks/{stage.api.id_of(person)}/thaw", body, key=key).need()
    patience = SWEEP_SECONDS_MAX
    while shown["held"]:
        if patience <= 0 or stage.stopped.is_set():
            raise DemoProblem("上次中断的支付仍占着积分 / points are still held: is the worker running (`make run`)?")
        time.sleep(POLL_SECONDS)
        patience -= POLL_SECONDS
        shown = stage.api.get(person, "/passbook", at=at).need()
    passbook = Passbook()
    for lot in _lots(stage, person, at) if shown["lots_more"] else shown["lots"]:
        passbook.put(lot["expires_on"], lot["budget_id"], lot["points"])
    return passbook


def _lots(stage: Stage, person: Person, at: datetime) -> Iterator[dict[str, Any]]:
    cursor: str | None = None
    while True:
        query: dict[str, Any] = {"limit": 100} | ({"cursor": cursor} if cursor else {})
        page = stage.api.get(person, "/passbook/lots", at=at, **query).need()
        yield from page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return


def provide(
    stage: Stage, treasurer: Person, deputy: Person, needs: dict[BudgetPlan, int], *, run: str, at: datetime
) -> None:
    """Sponsors pay for the week, and its points are minted, so that nothing depends on what earlier weeks left."""
    for budget, needed in needs.items():
        points = -(-needed // MINT_STEP) * MINT_STEP
        fen = points * budget.point_value_fen
        if fen:
            body = {"amount_fen": fen, "bank_reference": f"{run}-{budget.key}"}
            path = f"/sponsors/{budget.sponsor.id}/funding"
            stage.api.post(treasurer, path, body, at=at, key=f"{run}-fund-{budget.key}").need()
        later, key = at + timedelta(minutes=5), f"{run}-mint-{budget.key}"
        proposal = stage.api.post(treasurer, f"/budgets/{budget.id}/mint", {"points": points}, at=later, key=key).need()
        stage.api.post(deputy, f"/proposals/{proposal['id']}/approve", {}, at=later, key=key).need()
        stage.tally.add("minted", points)
        stage.tally.add("funded fen", fen)


def take_over(stage: Stage, treasurer: Person, act: TakeOver, *, run: str) -> None:
    """Take all paper passbooks over."""
    for start in range(0, len(act.rows), ROWS_MAX):
        rows = act.rows[start : start + ROWS_MAX]
        body = {"budget_id": str(act.budget.id), "rows": [_paper(row, stage.api.id_of(row.resident)) for row in rows]}
        reply = stage.api.post(treasurer, "/opening-balances", body, at=act.at, key=f"{run}-paper-{start}").need()
        for row, answer in zip(rows, reply["rows"], strict=True):
            if answer["refusal"]:
                stage.surprise(f"纸质存折未转入 / paper passbook {row.passbook_no}: {answer['refusal']['detail']}")
                continue
            stage.passbooks[row.resident].earn(row.points, last_day=row.expires_on, budget=act.budget.id)
            stage.tally.add("opened")
            stage.tally.add("opened points", row.points)


def award_batch(stage: Stage, treasurer: Person, act: AwardBatch) -> None:
    """Enter what was done the day before; a treasurer confirms what waits."""
    performed_on = local_day(act.at) - timedelta(days=1)
    body = {
        "rule": RULE_OF[act.budget].code,
        "activity": act.activity,
        "activity_id": str(seeded_id("activity", act.reference)),
        "performed_on": performed_on.isoformat(),
        "awards": [
            {"resident_id": stage.api.id_of(share.resident), "chosen_points": share.points, "minutes": share.minutes}
            for share in act.shares
        ],
    }
    reply = stage.api.post(act.coordinator, "/awards/batch", body, at=act.at, key=act.reference).need()
    for share, item in zip(act.shares, reply["items"], strict=True):
        if item["state"] == "held":
            if stage.confirm(treasurer, item["check_id"], at=act.at) is None:
                continue
        elif item["state"] != "awarded":
            stage.surprise(f"批量奖励未入账 / award declined in batch {act.reference}: {item['refusal']}")
            continue
        stage.earn(share.resident, share.points, act.at, act.budget)
        stage.tally.add("awards")
        stage.tally.add("awarded points", share.points)
    stage.tally.add("batches")


def run_expiry(stage: Stage, treasurer: Person, people: Sequence[Person], *, at: datetime, key: str) -> None:
    """Let what fell due lapse, in the system and in our own memory."""
    step, more = 0, True
    while more:
        reply = stage.api.post(treasurer, "/expiry-runs", {}, at=at, key=f"{key}-{step}").need()
        stage.tally.add("expired points", reply["points"])
        stage.tally.add("expired fen", reply["fen"])
        step, more = step + 1, reply["more"]
    for person in people:
        stage.passbooks[person].lapse(local_day(at))


def _paper(row: PaperBalance, owner_id: str) -> dict[str, Any]:
    return {
        "resident_id": owner_id,
        "points": row.points,
        "expires_on": row.expires_on.isoformat(),
        "passbook_no": row.passbook_no,
    }
