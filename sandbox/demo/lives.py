"""What happens in one resident's life: awards, reports, purchases, refunds, a lost passbook, a wrong award."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import singledispatchmethod
from typing import Any

from sandbox.demo.acts import (
    EVERYTHING,
    Act,
    Award,
    ClawBack,
    DecideReport,
    Ending,
    FileReport,
    Freeze,
    Purchase,
    Refund,
)
from sandbox.demo.api import Reply
from sandbox.demo.passbooks import Pieces
from sandbox.demo.stage import Bought, Given, Stage, local_day
from sandbox.neighbourhood.people import Person
from sandbox.neighbourhood.places import RULE_OF, seeded_id

INSUFFICIENT, FROZEN = "merchants.points_too_few", "merchants.redemption_refused"
LEFT_OVER = 90
# the system's sweeper lives in the present and may find last week's holds overdue
SWEPT = frozenset({"merchants.hold_lapsed", "merchants.redemption_closed"})


class Life:
    """Plays acts, one after another for a resident; asks the system and notes what it acknowledged."""

    def __init__(self, stage: Stage, treasurer: Person, deputy: Person) -> None:
        self._stage = stage
        self._api = stage.api
        self._tally = stage.tally
        self._treasurer, self._deputy = treasurer, deputy

    @singledispatchmethod
    def play(self, act: Act) -> None:
        """Do one act."""
        raise TypeError(act)

    @play.register
    def _(self, act: Award) -> None:
        body = {
            "resident_id": self._api.id_of(act.resident),
            "rule": RULE_OF[act.budget].code,
            "chosen_points": act.points,
            "activity": act.activity,
            "activity_id": str(seeded_id("activity", act.reference)),
            "performed_on": local_day(act.at).isoformat(),
            "minutes": act.minutes,
        }
        reply = self._api.post(act.coordinator, "/awards", body, at=act.at, key=act.reference)
        if not reply.ok:
            self._stage.surprise(f"奖励未入账 / award {act.reference} refused", reply)
            return
        award_id = reply.body["id"]
        if reply.body["state"] == "held":
            award_id = self._stage.confirm(self._treasurer, reply.body["check_id"], at=act.at)
            if award_id is None:
                return
        last_day = self._stage.earn(act.resident, act.points, act.at, act.budget)
        self._stage.awards[act.reference] = Given(award_id, act.points, last_day, act.budget)
        self._tally.add("awards")
        self._tally.add("awarded points", act.points)

    @play.register
    def _(self, act: FileReport) -> None:
        body = {"text": act.text, "place": act.place}
        reply = self._api.post(act.resident, "/reports", body, at=act.at, key=act.reference)
        if not reply.ok:
            self._stage.surprise(f"上报未受理 / report {act.reference} refused", reply)
            return
        self._stage.reports[act.reference] = reply.body["id"]
        self._tally.add("reports")

    @play.register
    def _(self, act: DecideReport) -> None:
        report = self._stage.reports.get(act.reference)
        if report is None:
            return
        verb = "reject" if act.points is None else "accept"
        body: dict[str, Any] = {"reason": act.reason} if act.points is None else {"chosen_points": act.points}
        key = f"{act.reference}-{verb}"
        reply = self._api.post(act.clerk, f"/reports/{report}/{verb}", body, at=act.at, key=key)
        if not reply.ok:
            self._stage.surprise(f"上报未办结 / report {act.reference} not decided", reply)
            return
        self._tally.add(f"reports {verb}ed")
        if act.points is not None:
            self._stage.earn(act.resident, act.points, act.at, act.budget)
            self._tally.add("reported points", act.points)

    @play.register
    def _(self, act: Purchase) -> None:
        if act.points == EVERYTHING:
            points = max(1, self._stage.passbooks[act.resident].points - LEFT_OVER)
            act = replace(act, points=points, captured=points)
        code = self._api.post(act.resident, "/passbook/codes", {}, at=act.at).need()["code"]
        body = {"code": code, "points": act.points, "out_trade_no": act.reference}
        pieces = self._stage.passbooks[act.resident].pieces_for(act.points, local_day(act.at))
        enough = sum(points for _, points in pieces) == act.points
        reply = self._till(act, "/payments", body, after_seconds=8)
        if not reply.ok:
            self._declined(act, reply, enough=enough)
            return
        if reply.body["state"] == "pending_confirm":  # nothing is held until he confirms; he went home
            self._tally.add("asked to confirm")
            return
        self._tally.add("authorised")
        if not enough or act.resident in self._stage.frozen:
            self._stage.surprise(f"不应成功的支付 / payment {act.reference} should have been refused")
        if act.ending is Ending.CANCEL:
            self._cancel(act, reply.body["id"])
        else:
            self._capture(act, reply.body["id"], pieces)

    @play.register
    def _(self, act: Refund) -> None:
        bought = self._stage.purchases.get(act.purchase)
        if bought is None:  # that purchase was declined
            return
        path = f"/payments/{bought.payment_id}/refunds"
        reply = self._till(act, path, {"points": act.points, "out_refund_no": act.reference})
        if not reply.ok:
            self._stage.surprise(f"退款被拒 / refund {act.reference} refused", reply)
            return
        passbook = self._stage.passbooks[act.resident]
        bought.left = passbook.give_back(
            bought.left, act.points, today=local_day(act.at), grace_days=self._stage.grace_days
        )
        self._tally.add("refunds")
        self._tally.add("refunded points", act.points)

    @play.register
    def _(self, act: Freeze) -> None:
        verb = "thaw" if act.thaw else "freeze"
        path = f"/passbooks/{self._api.id_of(act.resident)}/{verb}"
        reply = self._api.post(self._treasurer, path, {"reason": act.reason}, at=act.at, key=act.reference)
        if not reply.ok:
            self._stage.surprise(f"冻结或解冻失败 / {verb} refused", reply)
            return
        (self._stage.frozen.discard if act.thaw else self._stage.frozen.add)(act.resident)
        self._tally.add(verb)

    @play.register
    def _(self, act: ClawBack) -> None:
        award = self._stage.awards.get(act.award)
        if award is None:
            return
        path, body = f"/awards/{award.award_id}/undo", {"reason": act.reason}
        reply = self._api.post(self._treasurer, path, body, at=act.at, key=act.reference)
        if reply.ok:
            path = f"/proposals/{reply.body['id']}/approve"
            reply = self._api.post(self._deputy, path, {}, at=act.at, key=act.reference)
        if not reply.ok:
            self._stage.surprise(f"清退失败 / clawback of {act.award} refused", reply)
            return
        passbook = self._stage.passbooks[act.resident]
        back = passbook.claw_back(award.points, last_day=award.last_day, budget=award.budget.id)
        self._tally.add("clawed back points", back)
        self._tally.add("owed points", award.points - back)

    def _capture(self, act: Purchase, payment_id: str, pieces: Pieces) -> None:
        body = {} if act.captured == act.points else {"points": act.captured}
        reply = self._till(act, f"/payments/{payment_id}/capture", body, after_seconds=40)
        if not reply.ok:
            self._lost_hold(f"入账被拒 / capture of {act.reference} refused", reply)
            return
        taken = self._stage.passbooks[act.resident].spend(pieces, act.captured)
        self._stage.purchases[act.reference] = Bought(payment_id, taken)
        self._tally.add("redemptions")
        self._tally.add("redeemed points", act.captured)
        if act.ending is Ending.PART:
            self._tally.add("captured in part")

    def _cancel(self, act: Purchase, payment_id: str) -> None:
        reply = self._till(act, f"/payments/{payment_id}/reverse", {}, after_seconds=40)
        if not reply.ok:
            self._lost_hold(f"取消被拒 / cancelling {act.reference} refused", reply)
            return
        self._tally.add("cancelled")

    def _declined(self, act: Purchase, reply: Reply, *, enough: bool) -> None:
        frozen = act.resident in self._stage.frozen
        if reply.code == FROZEN and frozen:
            self._tally.add("declined: frozen")
        elif reply.code == INSUFFICIENT and not enough:
            self._tally.add("declined: insufficient")
        else:
            self._stage.surprise(f"支付被拒 / payment {act.reference} refused", reply)

    def _lost_hold(self, what: str, reply: Reply) -> None:
        if reply.code in SWEPT:
            self._tally.add("holds swept")
        else:
            self._stage.surprise(what, reply)

    def _till(self, act: Purchase | Refund, path: str, body: dict[str, Any], *, after_seconds: int = 0) -> Reply:
        """Ask as the cashier. After a bad network ask again: the same answer must come, nothing twice."""
        at: datetime = act.at + timedelta(seconds=after_seconds)
        reply = self._api.post(act.cashier, path, body, at=at)
        if act.repeats:
            again = self._api.post(act.cashier, path, body, at=at + timedelta(seconds=3))
            self._tally.add("repeats")
            if (again.ok, again.code) != (reply.ok, reply.code) or (
                reply.ok and again.body.get("id") != reply.body.get("id")
            ):
                self._stage.surprise(f"重发后的回答不同 / {act.reference} repeated at {path}: another answer", again)
        return reply
