"""JSON of merchants, their papers, branches and people."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from app.merchants import terms
from app.merchants.terms import ApplicationKind, ApplicationState, BranchState, MerchantState, PersonKind
from app.web.fields import Choice, Id, ShownInstant, Text
from app.web.paging import PageQuery, page_of
from app.web.parsing import StrictSchema

PHONE = validate.Regexp(r"^1[3-9][0-9]{9}$", error="pattern:13800138000")
LICENCE = validate.Regexp(r"^[0-9A-HJ-NPQRTUWXY]{18}$", error="pattern:91310000MA1K000006")
ACCOUNT = validate.Regexp(r"^[0-9]{8,30}$", error="pattern:6222020200012345678")


def phone(**kwargs: Any) -> Text:
    """A mainland mobile number."""
    return Text(length_max=11, validate=[PHONE], metadata={"pattern": r"^1[3-9][0-9]{9}$"}, **kwargs)


class BankIn(StrictSchema):
    """A bank account: the bank, whose it is, its number."""

    bank = Text(required=True, length_max=60, metadata={"example": "工商银行"})
    holder = Text(required=True, length_max=terms.MERCHANT_NAME_LENGTH_MAX)
    account_no = Text(required=True, length_max=30, validate=[ACCOUNT], metadata={"pattern": ACCOUNT.regex.pattern})


class BranchIn(StrictSchema):
    """A place of trade."""

    name = Text(required=True, length_max=terms.SHOP_NAME_LENGTH_MAX)
    street = Text(required=True, length_max=terms.STREET_LENGTH_MAX, metadata={"example": "忠义街"})
    address = Text(load_default=None, allow_none=True, length_max=terms.ADDRESS_LENGTH_MAX)


class PapersIn(StrictSchema):
    """What a merchant shows: licence, whom to ask, bank account, branches."""

    name = Text(required=True, length_max=terms.MERCHANT_NAME_LENGTH_MAX)
    licence_no = Text(required=True, length_max=18, validate=[LICENCE], metadata={"pattern": LICENCE.regex.pattern})
    contact_name = Text(required=True, length_max=terms.PERSON_NAME_LENGTH_MAX)
    contact_phone = phone(required=True)
    bank = fields.Nested(BankIn, required=True)
    branches = fields.List(
        fields.Nested(BranchIn),
        load_default=list,
        validate=validate.Length(0, terms.BRANCHES_MAX, error="count:{min}:{max}"),
    )


class EnrolIn(StrictSchema):
    """The papers of a merchant: a new one, or one known by name only."""

    merchant_id = Id(load_default=None, allow_none=True)
    papers = fields.Nested(PapersIn, required=True)


class OwnEnrolIn(StrictSchema):
    """One's own papers, for the treasurers of a book to review."""

    book = Text(required=True, length_max=60, metadata={"example": "meilihua"})
    papers = fields.Nested(PapersIn, required=True)


class BankChangeIn(StrictSchema):
    """Another bank account."""

    bank = fields.Nested(BankIn, required=True)


class ApplicationOut(Schema):
    """Papers on their way. `shown` tells what reviewers read: telephone and account masked."""

    id = fields.UUID(required=True)
    merchant_id = fields.UUID(required=True)
    kind = fields.String(required=True, metadata={"enum": sorted(ApplicationKind)})
    name = fields.String(required=True)
    shown = fields.Dict(required=True)
    state = fields.String(required=True, metadata={"enum": sorted(ApplicationState)})
    applied_by = fields.UUID(required=True)
    applied_at = ShownInstant(required=True)
    reviewed_by = fields.UUID(required=True, allow_none=True)
    reviewed_at = ShownInstant(required=True, allow_none=True)
    decided_by = fields.UUID(required=True, allow_none=True)
    decided_at = ShownInstant(required=True, allow_none=True)
    decided_why = fields.String(required=True, allow_none=True)


ApplicationPage = page_of(ApplicationOut, "ApplicationPage")


class ApplicationsQuery(PageQuery):
    """Those that wait, unless another state is asked for."""

    state = Choice(list(ApplicationState), load_default=ApplicationState.OPEN)


class PaperReasonIn(StrictSchema):
    """Why."""

    reason = Text(required=True, length_max=terms.REASON_LENGTH_MAX)


class MerchantOut(Schema):
    """A legal entity that takes points."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    state = fields.String(required=True, metadata={"enum": sorted(MerchantState)})
    opened_at = ShownInstant(required=True)
    changed_at = ShownInstant(required=True, allow_none=True)
    changed_why = fields.String(required=True, allow_none=True)


MerchantPage = page_of(MerchantOut, "MerchantPage")


class BankAccountOut(Schema):
    """Where money goes or went, masked. Nothing is paid out to it before `payable_from`."""

    account = fields.String(required=True, attribute="masked", metadata={"example": "工商银行 ****5678"})
    since = ShownInstant(required=True)
    payable_from = ShownInstant(required=True)
    ended_at = ShownInstant(required=True, allow_none=True)


class BranchOut(Schema):
    """A place of trade, over all books."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    street = fields.String(required=True)
    address = fields.String(required=True, allow_none=True)
    state = fields.String(required=True, metadata={"enum": sorted(BranchState)})
    opened_at = ShownInstant(required=True)


BranchPage = page_of(BranchOut, "BranchPage")


class MerchantSheetOut(Schema):
    """A merchant with its bank accounts and the first of its branches."""

    merchant = fields.Nested(MerchantOut, required=True)
    accounts = fields.List(fields.Nested(BankAccountOut), required=True)
    branches = fields.List(fields.Nested(BranchOut), required=True)


class MerchantStateIn(StrictSchema):
    """Suspend, resume (active) or close, and why."""

    state = Choice([MerchantState.ACTIVE, MerchantState.SUSPENDED, MerchantState.CLOSED], required=True)
    reason = Text(required=True, length_max=terms.REASON_LENGTH_MAX)


class BranchStateIn(StrictSchema):
    """Suspend, resume (open) or close, and why."""

    state = Choice(list(BranchState), required=True)
    reason = Text(required=True, length_max=terms.REASON_LENGTH_MAX)


class RegisterIn(StrictSchema):
    """An owner (of the whole merchant) or a member of the staff (of a branch, or of all)."""

    kind = Choice(list(PersonKind), required=True)
    name = Text(required=True, length_max=terms.PERSON_NAME_LENGTH_MAX)
    phone = phone(load_default=None, allow_none=True)
    person_id = Id(load_default=None, allow_none=True)
    shop_id = Id(load_default=None, allow_none=True)


class RegistrationOut(Schema):
    """That somebody is of the house."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True, metadata={"enum": sorted(PersonKind)})
    name = fields.String(required=True)
    shop_id = fields.UUID(required=True, allow_none=True, attribute="branch_id")
    registered_at = ShownInstant(required=True)
    ended_at = ShownInstant(required=True, allow_none=True)
    ended_why = fields.String(required=True, allow_none=True)
    bars_until = ShownInstant(
        required=True,
        allow_none=True,
        metadata={"description": "店主办的离职:到此时仍不能在本店用积分 / let go by the owner: until then as before"},
    )


RegistrationPage = page_of(RegistrationOut, "RegistrationPage")


class StreetQuery(PageQuery):
    """The street whose branches are wanted."""

    street = Text(required=True, length_max=terms.STREET_LENGTH_MAX)


class AcceptBranchesIn(StrictSchema):
    """A book, and branches or a street whose points it is to accept."""

    book = Text(required=True, length_max=60)
    branch_ids = fields.List(
        Id(), load_default=list, validate=validate.Length(0, terms.BRANCHES_MAX, error="count:{min}:{max}")
    )
    street = Text(load_default=None, allow_none=True, length_max=terms.STREET_LENGTH_MAX)

    @validates_schema
    def _names_one(self, data: dict[str, Any], **_: object) -> None:
        if bool(data["branch_ids"]) == (data["street"] is not None):
            raise ValidationError("required", "branch_ids")


class AcceptedOut(Schema):
    """Branches whose points a book accepts since now."""

    items = fields.List(fields.Nested(BranchOut), required=True)
