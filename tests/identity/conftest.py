from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid5

import pyotp
import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.identity.service import granting, sessions, signing_in, staff
from app.identity.service.keys import Keyring
from app.identity.service.sessions import Tokens
from app.identity.service.signing_in import Installation, WechatAccount
from app.identity.terms import Channel
from app.infra import wechat
from app.infra.unit_of_work import UnitOfWork, clock
from app.kernel.actor import SYSTEM, Role
from sandbox.wechat import server
from sandbox.wechat.world import World

SPACE = UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
APP_ID = "wx0123456789abcdef"
PASSWORD = "correct-horse-48"


@dataclass
class Areas:
    """district ─ street ─ two communities: "meilihua" and "anju", each with a book of that code."""

    session: Session

    def id(self, name: str) -> UUID:
        return uuid5(SPACE, name)

    def build(self) -> "Areas":
        for kind, names in (
            ("district", ["district"]),
            ("street", ["district", "street"]),
            ("community", ["district", "street", "meilihua"]),
            ("community", ["district", "street", "anju"]),
            ("building", ["district", "street", "meilihua", "building-1"]),
        ):
            path = "".join(f"{self.id(name).hex}/" for name in names)
            values = {"id": self.id(names[-1]), "kind": kind, "name": names[-1], "path": path}
            values["book"] = names[-1] if kind == "community" else None
            values["parent_id"] = self.id(names[-2]) if len(names) > 1 else None
            self.session.execute(text(INSERT_AREA), values)
        return self


INSERT_AREA = """
    INSERT INTO places_areas (id, parent_id, kind, name, code, path, book, opened_by, opened_at)
    VALUES (:id, :parent_id, :kind, :name, :name, :path, :book, :id, now())"""


@dataclass
class Desk:
    """Acts of identity done directly, at the time the application has, and the headers of who signed in."""

    uow: UnitOfWork
    keyring: Keyring
    areas: Areas

    def at(self, later: timedelta) -> "Desk":
        return replace(self, uow=replace(self.uow, now=self.uow.now + later))

    def as_person(self, person_id: UUID, *roles: Role, areas: tuple[str, ...] = ("district",)) -> UnitOfWork:
        """A unit of work of somebody, with these roles in these areas."""
        ids = frozenset(self.areas.id(name) for name in areas)
        actor = replace(SYSTEM, id=person_id, person_id=person_id, roles=frozenset({Role.PERSON, *roles}), areas=ids)
        return replace(self.uow, actor=actor)

    def wechat(self, name: str, *, install: str = "installation-0001") -> Tokens:
        """Sign a resident in with WeChat: the first time makes the person."""
        return signing_in.sign_in_with_wechat(
            self.uow,
            self.keyring,
            account=WechatAccount(APP_ID, f"openid-of-{name}"),
            installation=Installation(install, "PHONE"),
        )

    def at_desk(self, person_id: UUID) -> Tokens:
        """A session as after password and second factor."""
        return sessions.open_session(self.uow, self.keyring, person_id=person_id, channel=Channel.DESK, device=None)

    def person(self, name: str) -> UUID:
        return self.wechat(name, install=f"first installation of {name}").person_id

    def holder(self, name: str, role: Role, area: str = "meilihua", **details: object) -> Tokens:
        """Somebody who holds a role, signed in at the desk."""
        person_id = self.person(name)
        self.hold(person_id, role, area, **details)
        return self.at_desk(person_id)

    def hold(self, person_id: UUID, role: Role, area: str = "meilihua", **details: object) -> UUID:
        given = {"unit_id": None, "shop_id": None, "valid_from": None, "valid_to": None, "reason": "x", **details}
        given = {"takes_shop": lambda *_: True, **given}
        grant = granting.grant_role(self.uow, person_id=person_id, role=role, area_id=self.areas.id(area), **given)
        self.uow.session.flush()
        if grant.takes_two:
            grant.approved_by, grant.approved_at = UUID(int=99), self.uow.now
            self.uow.session.flush()
        return grant.id

    def enrol(self, username: str, person_id: UUID | None = None) -> tuple[UUID, str]:
        """Staff with PASSWORD; answers the person and the secret of the second factor."""
        invited = staff.invite_staff(self.uow, name="王芳", username=username, person_id=person_id)
        secret = staff.prepare_staff(self.uow, token=invited.token, password=PASSWORD).secret
        self.codes = staff.confirm_staff(self.uow, token=invited.token, totp=code_at(secret, self.uow.now))
        self.uow.session.flush()
        return invited.person_id, secret


def code_at(secret: str, instant: datetime, *, steps: int = 0) -> str:
    """What an authenticator shows at an instant."""
    return pyotp.TOTP(secret).at(instant + timedelta(seconds=30 * steps))


def headers(tokens: Tokens) -> dict[str, str]:
    """How a request is signed in."""
    return {"Authorization": f"Bearer {tokens.access_token}"}


@pytest.fixture
def areas(session: Session) -> Areas:
    return Areas(session).build()


@pytest.fixture
def keyring(app: Flask) -> Keyring:
    return app.extensions["linli.keyring"]


@pytest.fixture
def desk(session: Session, areas: Areas, keyring: Keyring) -> Desk:
    uow = UnitOfWork(session=session, actor=SYSTEM, now=clock(), request_id="test")
    return Desk(uow, keyring, areas)


@pytest.fixture
def stand_in(app):
    """A WeChat, which the application asks for the length of a test."""
    before = app.extensions[wechat.CLIENT]
    world = World(seed=7)
    world.add_people(["王秀英", "李建国"])
    with server.running(world) as running:
        asked = {"wechat_base_url": running.url, "wechat_appid": world.appid, "wechat_secret": world.secret}
        wechat.install(app, replace(app.extensions["linli.config"], **asked))
        yield running
    app.extensions[wechat.CLIENT] = before
