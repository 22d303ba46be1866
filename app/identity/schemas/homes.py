"""JSON of residencies and declared relatives."""

from marshmallow import Schema, fields

from app.identity import terms
from app.identity.rules import phones
from app.identity.schemas.staff import REASON_LENGTH_MAX
from app.identity.terms import Kinship, Relation, ResidencyState
from app.web.fields import Choice, Id, ShownInstant, Text
from app.web.paging import PageQuery, page_of
from app.web.parsing import StrictSchema

RELATIONS, STATES, KINDS = sorted(Relation), sorted(ResidencyState), sorted(Kinship)


class ClaimIn(StrictSchema):
    """Where somebody lives: building or stairwell, number of the flat; and the name the community knows him by."""

    area_id = Id(required=True)
    room = Text(required=True, length_max=terms.ROOM_LENGTH_MAX, metadata={"example": "501"})
    relation = Choice(list(Relation), required=True)
    name = Text(required=True, length_max=terms.NAME_LENGTH_MAX)


class ResidencyOut(Schema):
    """A residency and what became of it. Confirmed, `resident_id` is the owner of the passbook in that book."""

    id = fields.UUID(required=True, attribute="residency.id")
    book = fields.String(required=True, attribute="residency.book")
    area_id = fields.UUID(required=True, attribute="household.area_id")
    room = fields.String(required=True, attribute="household.room")
    relation = fields.String(required=True, attribute="residency.relation", metadata={"enum": RELATIONS})
    name = fields.String(required=True, attribute="residency.name")
    state = fields.String(required=True, attribute="residency.state", metadata={"enum": STATES})
    resident_id = fields.UUID(required=True, allow_none=True, attribute="residency.resident_id")
    claimed_at = ShownInstant(required=True, attribute="residency.claimed_at")
    decided_at = ShownInstant(required=True, allow_none=True, attribute="residency.decided_at")
    decided_why = fields.String(required=True, allow_none=True, attribute="residency.decided_why")
    ended_at = ShownInstant(required=True, allow_none=True, attribute="residency.ended_at")
    ended_why = fields.String(required=True, allow_none=True, attribute="residency.ended_why")


ResidencyPage = page_of(ResidencyOut, "ResidencyPage")


class StaffResidencyOut(ResidencyOut):
    """A residency as staff see it: with the household, who decided, and the number masked.

    `proposed_resident_id`: a passbook of a list that one named; it waits for another member of staff.
    """

    person_id = fields.UUID(required=True, attribute="residency.person_id")
    household_id = fields.UUID(required=True, attribute="household.id")
    proposed_resident_id = fields.UUID(required=True, allow_none=True, attribute="residency.proposed_resident_id")
    proposed_by = fields.UUID(required=True, allow_none=True, attribute="residency.proposed_by")
    decided_by = fields.UUID(required=True, allow_none=True, attribute="residency.decided_by")
    ended_by = fields.UUID(required=True, allow_none=True, attribute="residency.ended_by")
    phone = fields.String(required=True, allow_none=True, metadata={"example": phones.masked("13800005678")})


StaffResidencyPage = page_of(StaffResidencyOut, "StaffResidencyPage")


class ResidenciesQuery(PageQuery):
    """Those that wait, unless another state is asked for."""

    state = Choice(list(ResidencyState), load_default=ResidencyState.CLAIMED)


class ResidencyReasonIn(StrictSchema):
    """Why; the person reads it."""

    reason = Text(required=True, length_max=REASON_LENGTH_MAX)


class OwnRelativeIn(StrictSchema):
    """A relative by the whole number, and what he is to the caller."""

    phone = Text(required=True, length_min=4, length_max=20)
    kind = Choice(list(Kinship), required=True)


class RelativesIn(StrictSchema):
    """Another resident, and what he is to this one."""

    other_residency_id = Id(required=True)
    kind = Choice(list(Kinship), required=True)


class RelativeOut(Schema):
    """A declaration: what the relative is to the person."""

    id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    relative_id = fields.UUID(required=True)
    kind = fields.String(required=True, metadata={"enum": KINDS})
    declared_by = fields.UUID(required=True)
    declared_at = ShownInstant(required=True)
    ended_at = ShownInstant(required=True, allow_none=True)
    ended_why = fields.String(required=True, allow_none=True)


RelativePage = page_of(RelativeOut, "RelativePage")
