import os
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.serving import make_server as werkzeug_server

from app.factory import create_app
from app.identity import rules
from app.infra import wechat
from app.infra.config import Config
from app.infra.wechat.bulkhead import Breaker
from sandbox.wechat import server
from sandbox.wechat.server import StandIn
from sandbox.wechat.world import PUSH_AES_KEY, PUSH_TOKEN, SECRET, World
from tests.fixtures.databases import closed_at_the_end
from tests.fixtures.people import BOOK
from tests.fixtures.servers import Database

APPID = f"wx{os.getpid():016}"  # the workers of a run share one Redis
ANNA, BORIS = "王秀英", "李建国"
PERSONS = {rules.person_id(book=BOOK, name=name): name for name in (ANNA, BORIS)}
[ANNA_ID, BORIS_ID] = PERSONS
TEMPLATE, TEMPLATE_ID = "points_received", "linli-stand-in-points-received"


@pytest.fixture(scope="session")
def standing_in() -> Iterator[StandIn]:
    """A stand-in for all tests of this folder."""
    with server.running(World(seed=3, appid=APPID)) as running:
        yield running


@pytest.fixture(scope="session")
def build_app(standing_in: StandIn) -> Callable[[Config], Flask]:
    """The application, set up for the stand-in."""

    def build(config: Config) -> Flask:
        return create_app(
            replace(
                config,
                wechat_base_url=standing_in.url,
                wechat_appid=APPID,
                wechat_secret=SECRET,
                wechat_push_token=PUSH_TOKEN,
                wechat_push_aes_key=PUSH_AES_KEY,
            )
        )

    return build


@pytest.fixture(scope="session")
def application(database: Database, build_app: Callable[[Config], Flask]) -> Iterator[Flask]:
    """This folder's own application: that of the other tests knows no WeChat."""
    yield from closed_at_the_end(build_app(database.config()))


@pytest.fixture
def stand_in(application: Flask, standing_in: StandIn) -> Iterator[StandIn]:
    """The stand-in, as new; the fuses of the client as well."""
    fresh = World(seed=3, appid=APPID)
    fresh.add_people([ANNA, BORIS])
    vars(standing_in.world).update(vars(fresh))
    client = application.extensions[wechat.CLIENT]
    client.caller.breaker, client.caller.patience = Breaker(), 1.0
    client.tokens._own = None
    client.tokens.redis.delete(f"linli:wechat:{APPID}:token")
    yield standing_in
    standing_in.faults.clear()


@pytest.fixture
def openid_of(stand_in: StandIn):
    """What identity will know."""

    def find(_session, person_id: UUID) -> str | None:
        name = PERSONS.get(person_id)
        return name and stand_in.world.person(name).openid

    return find


@pytest.fixture
def make_server() -> Iterator[Callable[[Flask], str]]:
    """Serve an application on a port; answers its address."""
    with ExitStack() as open_ones:

        def serve(app: Flask) -> str:
            listening = werkzeug_server("127.0.0.1", 0, app)
            thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
            thread.start()
            open_ones.callback(thread.join, 5)
            open_ones.callback(listening.server_close)
            open_ones.callback(listening.shutdown)
            return f"http://127.0.0.1:{listening.server_port}"

        yield serve
