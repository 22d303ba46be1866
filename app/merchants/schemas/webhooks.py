"""JSON of the webhooks of shops."""

from marshmallow import Schema, fields, validate

from app.web.fields import Choice, Instant, ShownInstant, Text
from app.web.paging import PageQuery, page_of
from app.web.parsing import StrictSchema
from app.webhooks import terms
from app.webhooks.terms import DeliveryState, EndpointState, Outcome, Why

TYPE_LENGTH_MAX = 60


class WebhookIn(StrictSchema):
    """A new endpoint: its address, and what it is to hear of."""

    url = Text(required=True, length_max=terms.URL_LENGTH_MAX)
    types = fields.List(
        Text(length_max=TYPE_LENGTH_MAX),
        required=True,
        validate=validate.Length(1, terms.TYPES_MAX, error="count:{min}:{max}"),
    )


class WebhookOut(Schema):
    """An endpoint, without its secret."""

    id = fields.UUID(required=True)
    url = fields.String(required=True)
    types = fields.List(fields.String(), required=True)
    state = fields.String(required=True, validate=validate.OneOf([str(each) for each in EndpointState]))
    why = fields.String(required=True, allow_none=True, validate=validate.OneOf([str(each) for each in Why]))
    opened_at = ShownInstant(required=True)
    changed_at = ShownInstant(required=True)
    failures = fields.Integer(required=True, metadata={"description": "连续失败次数 / failures in a row"})
    failing_since = ShownInstant(required=True, allow_none=True)
    old_secret_until = ShownInstant(required=True, allow_none=True)


class WebhookSecretOut(Schema):
    """An endpoint and its secret, shown this once."""

    webhook = fields.Nested(WebhookOut, required=True, attribute="endpoint")
    secret = fields.String(required=True)


class DeliveryQuery(PageQuery):
    """Which deliveries; `state=dead` are the dead letters."""

    state = Choice(list(DeliveryState), load_default=None)


class OwnDeliveryQuery(DeliveryQuery):
    """The same of an owner, who says of which book."""

    book = Text(required=True, length_max=32)


class DeliveryOut(Schema):
    """One event for one endpoint."""

    id = fields.UUID(required=True)
    type = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf([str(each) for each in DeliveryState]))
    attempts = fields.Integer(required=True)
    published_at = ShownInstant(required=True)
    due_at = ShownInstant(required=True)
    gives_up_at = ShownInstant(required=True)
    ended_at = ShownInstant(required=True, allow_none=True)


class DeliveryBodyOut(DeliveryOut):
    """One delivery, with the very text that is signed and sent."""

    body = fields.String(required=True)


class AttemptOut(Schema):
    """One try; `status` is the answer's, where there was one."""

    number = fields.Integer(required=True)
    attempted_at = ShownInstant(required=True)
    outcome = fields.String(required=True, validate=validate.OneOf([str(each) for each in Outcome]))
    status = fields.Integer(required=True, allow_none=True)
    took_ms = fields.Integer(required=True)


class ReplayIn(StrictSchema):
    """What to tell again: published from `since` to before `until`, seven days at most."""

    since = Instant(required=True)
    until = Instant(required=True)
    state = Choice([DeliveryState.DEAD, DeliveryState.DELIVERED], load_default=DeliveryState.DEAD)


class ReplayOut(Schema):
    """How many are told again; 1,000 at most with one request."""

    replayed = fields.Integer(required=True)


WebhookPage = page_of(WebhookOut, "WebhookPage")
DeliveryPage = page_of(DeliveryOut, "WebhookDeliveryPage")
AttemptPage = page_of(AttemptOut, "WebhookAttemptPage")
