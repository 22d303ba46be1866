"""What a journey of real accounts needs: a WeChat that stands in, callers with sessions, staff with second factors."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pyotp
from flask import Flask
from psycopg import sql
from psycopg.rows import dict_row

from app.infra.unit_of_work import run_in_transaction
from app.jobs.catalogue import JOBS
from app.jobs.schedule import SCHEDULE
from app.jobs.terms import Periodic
from app.kernel.actor import SYSTEM
from sandbox.wechat.world import World
from tests.journeys.programme import take_job

PASSWORD = "seven-lanterns-41"
DISTRICT = "梁溪区"


@dataclass
class Caller:
    """Somebody who has signed in, and what the sign-in said."""

    town: "Town"
    tokens: dict[str, Any]

    @property
    def id(self) -> str:
        return str(self.tokens["person_id"])

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """A request; answers what came back."""
        sent = {"Authorization": f"Bearer {self.tokens['access_token']}", "Accept-Language": "zh", **headers}
        return self.town.app.test_client().open(path, method=method, headers=sent, json=body)

    def get(self, path: str) -> Any:
        """Read; the answer must be good."""
        return good(self.ask("GET", path))

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        """Do; the answer must be good."""
        return good(self.ask("POST", path, body, **headers))

    def refused(self, method: str, path: str, body: Any = None) -> str:
        """Ask for what must be refused; answers the code."""
        answer = self.ask(method, path, body)
        assert answer.status_code >= 400, answer.text
        return str(answer.json["code"])


@dataclass
class Town:
    """An installation on a database of its own, with WeChat beside it."""

    app: Flask
    world: World

    def by_telephone(self, name: str, install: str) -> Caller:
        """Sign in with WeChat from an installation."""
        code = self.world.issue_code(name)
        body = {"code": code, "install_id": install, "model": "HUAWEI nova"}
        return Caller(self, good(self.app.test_client().post("/v1/sessions/wechat", json=body)))

    def flask(self, *arguments: str) -> str:
        """A command of the server; it must end well."""
        done = self.app.test_cli_runner().invoke(args=list(arguments))
        assert done.exit_code == 0, done.output
        return done.output

    def first_administrator(self, name: str, username: str) -> Caller:
        """As the manual says: invited from the command line."""
        said = self.flask("people", "invite-first", name, username, "--district", DISTRICT)
        [token] = re.findall(r"^[\w-]{30,}$", said, re.MULTILINE)
        return self.take_up(username, token)

    def take_up(self, username: str, token: str) -> Caller:
        """Take an invitation up: password, second factor, and the first sign-in with both."""
        http = self.app.test_client()
        prepared = good(http.post("/v1/invitations/prepare", json={"token": token, "password": PASSWORD}))
        totp, now = pyotp.TOTP(prepared["secret"]), datetime.now(UTC)
        good(http.post("/v1/invitations/confirm", json={"token": token, "totp": totp.at(now)}))
        # each code is good once; the next one is taken a little early
        body = {"username": username, "password": PASSWORD, "totp": totp.at(now + timedelta(seconds=30))}
        return Caller(self, good(http.post("/v1/sessions/desk", json=body)))

    def staff(self, admins: "tuple[Caller, Caller]", name: str, username: str, *roles: str, area_id: str) -> Caller:
        """Somebody new at a desk: one administrator invites and grants, the other approves what takes two."""
        invited = admins[0].post("/v1/staff", {"name": name, "username": username})
        for role in roles:
            self.grant(admins, invited["person_id"], role, area_id)
        return self.take_up(username, invited["token"])

    def grant(self, admins: "tuple[Caller, Caller]", person_id: str, role: str, area_id: str) -> Any:
        """Give a role."""
        body = {"person_id": person_id, "role": role, "area_id": area_id, "reason": "社区工作"}
        made = admins[0].post("/v1/grants", body)
        if made["takes_two"]:
            admins[1].post(f"/v1/grants/{made['id']}/approve")
        return made

    def work(self) -> None:
        """Run what is queued."""
        while (job := run_in_transaction(take_job, actor=SYSTEM)) is not None:
            run_in_transaction(lambda uow, j=job: JOBS[j[0]](uow, **j[1]), actor=SYSTEM)

    def nightly(self, name: str, *, later: timedelta) -> None:
        """Do what the schedule does once a night, on a later day."""
        work = SCHEDULE[name]
        assert isinstance(work, Periodic)
        while run_in_transaction(work.act, actor=SYSTEM, now=datetime.now(UTC) + later):
            pass

    def tables_that_say(self, word: str) -> set[str]:
        """Every table that has a row in which a word stands, whatever the column."""
        with psycopg.connect(self.app.extensions["linli.test_database"].superuser_url) as connection:
            names = connection.execute(
                "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            )
            says = sql.SQL("SELECT 1 FROM {} t WHERE strpos(t::text, %s) > 0 LIMIT 1")
            return {
                name
                for (name,) in names.fetchall()
                if connection.execute(says.format(sql.Identifier(name)), [word]).fetchone()
            }

    def rows(self, table: str, person_id: str) -> list[Any]:
        """The rows of a table that are a person's."""
        with psycopg.connect(self.app.extensions["linli.test_database"].superuser_url, row_factory=dict_row) as eye:
            key = "id" if table == "identity_people" else "person_id"
            wanted = sql.SQL("SELECT * FROM {} WHERE {} = %s").format(sql.Identifier(table), sql.Identifier(key))
            return eye.execute(wanted, [person_id]).fetchall()


def good(answer: Any) -> Any:
    """Give the JSON of an answer that must be good."""
    assert answer.status_code in {200, 201, 202, 204}, (answer.status_code, answer.text)
    return answer.json
