"""A shop's server to send to, an endpoint on it, and the worker's errand in one word."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

import pytest

from app.infra import outbound
from app.infra.outbound.sending import Sender
from app.webhooks import queries, service
from app.webhooks.models import Delivery
from tests.webhooks.shop import serve

OWNER = UUID(int=77)
HEARS = {"book": "meilihua"}
TYPE = "redemption.captured"
DATA = {"book": "meilihua", "shop_id": OWNER, "points": 50}


@pytest.fixture(scope="session")
def serving():
    with serve() as shop:
        yield shop


@pytest.fixture
def shop(serving):
    serving.got.clear()
    serving.status = 204
    return serving


@pytest.fixture
def local(app):
    """A sender that may go to this machine."""
    before, made = app.extensions[outbound.SENDER], Sender(local=True, seconds=2.0)
    app.extensions[outbound.SENDER] = made
    yield made
    made.close()
    app.extensions[outbound.SENDER] = before


@dataclass
class Desk:
    """The acts of webhooks in short words, at one time."""

    uow: object
    url: str
    owner_id: UUID = OWNER
    secrets: dict = field(default_factory=dict)

    def at(self, **span):
        return Desk(replace(self.uow, now=self.uow.now + timedelta(**span)), self.url, self.owner_id, self.secrets)

    @property
    def who(self):
        return {"owner_id": self.owner_id, "hears": HEARS}

    def open(self, *types, url="", **who):
        opened = service.open_endpoint(self.uow, **(self.who | who), url=url or self.url, types=types or [TYPE])
        self.secrets[opened.endpoint.id] = opened.secret
        return opened.endpoint

    def act(self, name, endpoint, **more):
        return getattr(service, name)(self.uow, **self.who, endpoint_id=endpoint.id, **more)

    def publish(self, key="k", **more):
        values = {"owner_ids": [self.owner_id], "type": TYPE, "data": DATA, "key": key} | more
        service.publish(self.uow, **values)

    def work(self):
        """What the worker does now: claim, carry out, record, until nothing is due. Answers how many errands."""
        errands = 0
        while claimed := service.claim_due(self.uow):
            [claims] = claimed
            service.record(self.uow, claims, service.carry_out(claims))
            errands += 1
            assert errands < 50
        return errands

    def deliveries(self, endpoint):
        rows = queries.list_deliveries(self.uow.session, endpoint.id, state=None, before=None, limit=100)
        for row in rows:
            self.uow.session.refresh(row)
        return list(reversed(rows))

    def one(self, endpoint) -> Delivery:
        [found] = self.deliveries(endpoint)
        return found


@pytest.fixture
def desk(uow, shop, local):
    return Desk(uow, shop.url)
