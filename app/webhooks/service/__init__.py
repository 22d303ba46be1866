"""The acts of webhooks. Features publish; whoever knows the owner manages his endpoints."""

from app.webhooks.service.delivering import carry_out, claim_due, give_up_old, purge_deliveries, record
from app.webhooks.service.endpoints import (
    Opened,
    change_secret,
    close_endpoint,
    list_endpoints,
    open_endpoint,
    pause_endpoint,
    resume_endpoint,
)
from app.webhooks.service.publishing import list_event_types, publish
from app.webhooks.service.replaying import (
    list_attempts,
    list_deliveries,
    replay_delivery,
    replay_period,
    send_test,
    show_delivery,
)

__all__ = [
    "Opened",
    "carry_out",
    "change_secret",
    "claim_due",
    "close_endpoint",
    "give_up_old",
    "list_attempts",
    "list_deliveries",
    "list_endpoints",
    "list_event_types",
    "open_endpoint",
    "pause_endpoint",
    "publish",
    "purge_deliveries",
    "record",
    "replay_delivery",
    "replay_period",
    "resume_endpoint",
    "send_test",
    "show_delivery",
]
