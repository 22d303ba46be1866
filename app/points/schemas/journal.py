"""JSON of the books as an auditor reads them: trial balance, accounts, transactions, corrections."""

from typing import Any

from marshmallow import Schema, fields, validate
from marshmallow.utils import get_value

from app.points.schemas import words
from app.points.schemas.fields import Hex, Reason
from app.points.terms import AccountKind, Asset
from app.web import problems
from app.web.fields import Day, Flag, ShownInstant, Text
from app.web.paging import PageQuery, page_of
from app.web.parsing import StrictSchema

KINDS = [kind.value for kind in AccountKind]


class TrialRowOut(Schema):
    """The accounts of one kind together: of a trial balance, or as a closing stored them."""

    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    title = fields.Function(
        lambda row: words.kind_title(get_value(row, "kind"), problems.language()), metadata={"type": "string"}
    )
    asset = fields.String(required=True, validate=validate.OneOf([asset.value for asset in Asset]))
    accounts = fields.Integer(required=True)
    balance = fields.Integer(required=True)


class SumsOut(Schema):
    """The sum over all accounts of each asset: zero."""

    points = fields.Integer(required=True)
    fen = fields.Integer(required=True)


class TrialBalanceOut(Schema):
    """All kinds in use."""

    book = fields.String(required=True, attribute="book.code")
    as_of = ShownInstant(required=True)
    rows = fields.List(fields.Nested(TrialRowOut), required=True)
    sums = fields.Nested(SumsOut, required=True)
    balanced = fields.Boolean(required=True)


class AccountsQuery(PageQuery):
    """Which accounts to list."""

    kind = Text(load_default=None, validate=[validate.OneOf(KINDS, error="choice:" + ", ".join(KINDS))])


class AccountOut(Schema):
    """An account and what is in it now. `version` and `frozen_reason` are null for accounts that are summed later."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    owner_id = fields.UUID(required=True)
    stripe = fields.Integer(required=True)
    asset = fields.String(required=True)
    folded = fields.Boolean(required=True)
    balance = fields.Integer(required=True)
    held = fields.Integer(required=True)
    version = fields.Integer(required=True, allow_none=True)
    frozen_reason = fields.String(required=True, allow_none=True)
    opened_at = ShownInstant(required=True)


AccountPage = page_of(AccountOut, "AccountPage")


class AccountEntryOut(Schema):
    """One entry of any account. `version` and `balance_after` are null for accounts that are summed later."""

    version = fields.Integer(required=True, allow_none=True, attribute="line.version")
    amount = fields.Integer(required=True, attribute="line.amount")
    asset = fields.String(required=True)
    balance_after = fields.Integer(required=True, allow_none=True, attribute="line.balance_after")
    code = fields.String(required=True, attribute="line.code")
    sentence = fields.Method("say", metadata={"type": "string"})
    recorded_at = ShownInstant(required=True, attribute="line.recorded_at")
    effective_at = ShownInstant(required=True, attribute="line.effective_at")
    transaction_id = fields.UUID(required=True, attribute="line.transaction_id")
    evidence = fields.String(required=True, allow_none=True, attribute="line.evidence")

    def say(self, item: Any) -> str:
        """Say in the caller's language what the entry is."""
        return words.sentence(item.line.code, item.line.amount, item.asset, problems.language())


class AccountEntriesQuery(PageQuery):
    """Which entries: those recorded on the days from one to another (Asia/Shanghai), both included."""

    first = Day(load_default=None, data_key="from")
    last = Day(load_default=None, data_key="to")


class AccountStatementPage(page_of(AccountEntryOut, "AccountEntryPage")):  # type: ignore[misc]  # a class made by a function
    """Entries of an account; what it held before and after all the days asked for, null for those summed later."""

    opening_balance = fields.Integer(required=True, allow_none=True)
    closing_balance = fields.Integer(required=True, allow_none=True)


class LegAccountOut(Schema):
    """The account of a leg."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    owner_id = fields.UUID(required=True)
    stripe = fields.Integer(required=True)
    asset = fields.String(required=True)


class LegOut(Schema):
    """One leg of a transaction, with its account."""

    line = fields.Integer(required=True, attribute="entry.line")
    account = fields.Nested(LegAccountOut, required=True)
    amount = fields.Integer(required=True, attribute="entry.amount")
    version = fields.Integer(required=True, allow_none=True, attribute="entry.version")
    balance_after = fields.Integer(required=True, allow_none=True, attribute="entry.balance_after")
    chain = Hex(required=True, allow_none=True, attribute="entry.chain")


class LotMoveOut(Schema):
    """How a leg moved one lot, and the money that went with it."""

    line = fields.Integer(required=True)
    expires_on = fields.Date(required=True)
    budget_id = fields.UUID(required=True)
    points = fields.Integer(required=True)
    cost_fen = fields.Integer(required=True)
    restores = fields.Boolean(required=True)


class TransactionOut(Schema):
    """A transaction in full, and what became of it since."""

    id = fields.UUID(required=True, attribute="transaction.id")
    code = fields.String(required=True, attribute="transaction.code")
    cause = fields.String(required=True, attribute="transaction.cause")
    actor_id = fields.UUID(required=True, attribute="transaction.actor_id")
    evidence = fields.String(required=True, allow_none=True, attribute="transaction.evidence")
    recorded_at = ShownInstant(required=True, attribute="transaction.recorded_at")
    effective_at = ShownInstant(required=True, attribute="transaction.effective_at")
    hold_id = fields.UUID(required=True, allow_none=True, attribute="transaction.hold_id")
    reverses_id = fields.UUID(required=True, allow_none=True, attribute="transaction.reverses_id")
    refunds_id = fields.UUID(required=True, allow_none=True, attribute="transaction.refunds_id")
    reversed_by_id = fields.UUID(required=True, allow_none=True)
    partly_refunded = fields.Boolean(required=True)
    entries = fields.List(fields.Nested(LegOut), required=True)
    lot_moves = fields.List(fields.Nested(LotMoveOut), required=True)


class ReverseIn(StrictSchema):
    """Why a transaction is undone. `claw_back`: an award whose points were spent; the rest is owed."""

    reason = Reason()
    claw_back = Flag(load_default=False)
