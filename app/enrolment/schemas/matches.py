"""JSON of claims of residency beside the residents of the lists."""

from marshmallow import Schema, fields

from app.enrolment.service import NearMatch
from app.enrolment.service.phones import masked_phone
from app.web.fields import Id
from app.web.parsing import StrictSchema


def _masked(match: NearMatch) -> str | None:
    return masked_phone(match.resident)


class ResidencyConfirmIn(StrictSchema):
    """Whose paper passbook becomes the person's; none: the person gets a passbook of his own."""

    resident_id = Id(load_default=None, allow_none=True)


class ConfirmedResidencyOut(Schema):
    """A residency: confirmed, or still claimed, and the passbook waits for another member of staff to name it too."""

    id = fields.UUID(required=True, attribute="residency.id")
    person_id = fields.UUID(required=True, attribute="residency.person_id")
    book = fields.String(required=True, attribute="residency.book")
    state = fields.String(required=True, attribute="residency.state")
    resident_id = fields.UUID(required=True, allow_none=True, attribute="residency.resident_id")
    proposed_resident_id = fields.UUID(required=True, allow_none=True, attribute="residency.proposed_resident_id")
    proposed_by = fields.UUID(required=True, allow_none=True, attribute="residency.proposed_by")


class NearMatchOut(Schema):
    """A resident of the lists who may be the claimant: what is the same, and whether an account has the passbook."""

    resident_id = fields.UUID(required=True, attribute="resident.id")
    name = fields.String(required=True, attribute="resident.name")
    phone = fields.Function(_masked, required=True, allow_none=True, metadata={"type": "string"})
    building = fields.String(required=True, allow_none=True, attribute="resident.building")
    unit = fields.String(required=True, allow_none=True, attribute="resident.unit")
    room = fields.String(required=True, allow_none=True, attribute="resident.room")
    passbook_no = fields.String(required=True, attribute="resident.passbook_no")
    same_phone = fields.Boolean(required=True, attribute="likeness.phone")
    same_name = fields.Boolean(required=True, attribute="likeness.name")
    same_place = fields.Boolean(required=True, attribute="likeness.place")
    taken = fields.Boolean(required=True)
    closed = fields.Boolean(required=True)


class NearMatchesOut(Schema):
    """Whom a claimant may be."""

    items = fields.List(fields.Nested(NearMatchOut), required=True)
