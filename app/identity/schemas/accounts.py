"""JSON of closing, consents, guardianships and acts for somebody else."""

from marshmallow import Schema, fields

from app.identity import terms
from app.identity.terms import ConsentAct, GuardianKind, Side
from app.web.fields import Choice, Id, Instant, ShownInstant, Text
from app.web.paging import PageQuery, page_of
from app.web.parsing import StrictSchema

REASON_LENGTH_MAX = 200
PHONE = {"description": "代办人绑定的完整手机号 / the whole number the guardian has bound"}


class ClosingIn(StrictSchema):
    """The word that says it is meant."""

    confirm = Text(required=True, length_max=20, metadata={"example": terms.CLOSING_WORDS[0]})


class ClosingOut(Schema):
    """When the account is closed, unless its owner signs in before."""

    closes_at = ShownInstant(required=True)


class InBothOut(Schema):
    """A text in both languages."""

    zh = fields.String(required=True)
    en = fields.String(required=True)


class ConsentTextOut(Schema):
    """A text in its current version."""

    text = fields.String(required=True)
    version = fields.String(required=True)
    title = fields.Nested(InBothOut, required=True)
    body = fields.Nested(InBothOut, required=True)


class ConsentTextsOut(Schema):
    """All texts."""

    items = fields.List(fields.Nested(ConsentTextOut), required=True)


class ConsentIn(StrictSchema):
    """The text, and the version that was shown."""

    text = Text(required=True, length_max=40)
    version = Text(required=True, length_max=40)


class WithdrawalIn(StrictSchema):
    """The text."""

    text = Text(required=True, length_max=40)


class ConsentOut(Schema):
    """That a text was agreed to, or taken back. `acted_by`: the guardian who did it."""

    id = fields.UUID(required=True)
    text = fields.String(required=True)
    version = fields.String(required=True)
    text_hash = fields.Function(lambda consent: consent.text_hash.hex(), metadata={"type": "string"})
    act = fields.String(required=True, metadata={"enum": sorted(ConsentAct)})
    at = ShownInstant(required=True)
    acted_by = fields.UUID(required=True, allow_none=True)


ConsentPage = page_of(ConsentOut, "ConsentPage")


class HelperIn(StrictSchema):
    """Who may act for me."""

    guardian_phone = Text(required=True, length_min=4, length_max=20, metadata=PHONE)
    reason = Text(required=True, length_max=REASON_LENGTH_MAX)
    valid_to = Instant(load_default=None, allow_none=True)


class WardIn(HelperIn):
    """Somebody without WeChat, and who acts for him."""

    name = Text(required=True, length_max=60)
    kind = Choice(list(GuardianKind), required=True)


class GuardianshipIn(HelperIn):
    """For whom, and who."""

    ward_id = Id(required=True)
    kind = Choice(list(GuardianKind), required=True)


class GuardianshipOut(Schema):
    """A guardianship and what became of it. `book` null: for everything."""

    id = fields.UUID(required=True)
    ward_id = fields.UUID(required=True)
    guardian_id = fields.UUID(required=True)
    kind = fields.String(required=True, metadata={"enum": sorted(GuardianKind)})
    book = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True)
    valid_from = ShownInstant(required=True)
    valid_to = ShownInstant(required=True, allow_none=True)
    granted_by = fields.UUID(required=True)
    granted_at = ShownInstant(required=True)
    ended_by = fields.UUID(required=True, allow_none=True)
    ended_at = ShownInstant(required=True, allow_none=True)
    ended_why = fields.String(required=True, allow_none=True)


class NamedGuardianshipOut(Schema):
    """A guardianship and the names of both."""

    guardianship = fields.Nested(GuardianshipOut, required=True)
    ward_name = fields.String(required=True)
    guardian_name = fields.String(required=True)


GuardianshipPage = page_of(NamedGuardianshipOut, "GuardianshipPage")


class GuardianshipsQuery(PageQuery):
    """For whom, if need be."""

    ward_id = Id(load_default=None, allow_none=True)


class ProxyActsQuery(PageQuery):
    """What was done for me, or what I did for others."""

    side = Choice(list(Side), load_default=Side.WARD)


class ProxyActOut(Schema):
    """An act of somebody for somebody else."""

    id = fields.UUID(required=True)
    guardian_id = fields.UUID(required=True)
    ward_id = fields.UUID(required=True)
    route = fields.String(required=True, metadata={"example": "POST /v1/books/<book>/reports"})
    book = fields.String(required=True, allow_none=True)
    request_id = fields.String(required=True)
    at = ShownInstant(required=True)


ProxyActPage = page_of(ProxyActOut, "ProxyActPage")
