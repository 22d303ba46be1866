"""How everybody of the demo gets in: by telephone through WeChat's stand-in, or at a desk with a second factor.

As in a real community: the operator invites two administrators, they lay out the community and let the staff in, a
resident says where he lives and a clerk confirms it. Whoever sits at a desk is a new account in every demo, since
nobody kept the old one's password; who comes by telephone comes back to his account.
"""

import re
import secrets
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pyotp

from app.kernel.actor import Role
from sandbox.demo.api import Api, DemoProblem
from sandbox.neighbourhood.people import Holder, Person, Roster
from sandbox.neighbourhood.places import BOOK

DISTRICT, STREET, COMMUNITY, ESTATE = "梁溪区", "忠义街道", "美丽华都社区", "美丽华都小区"
BUILDINGS = 24
ADMINISTRATORS = (Person("方主任", Role.ADMIN), Person("梁副主任", Role.ADMIN))
POWERFUL = frozenset({Role.TREASURER, Role.AUDITOR})
AT_DESKS = POWERFUL | {Role.CLERK}
"""Who signs in at a desk; coordinators and cashiers go about with a telephone."""
TOKEN = re.compile(r"^[\w-]{30,}$", re.MULTILINE)
REASON = "演示 demo"
NO_WECHAT = (
    "没有找到微信的替身,居民无法登录:请用 make run 启动(不设 LINLI_WECHAT_…),或给出 --wechat-url。\n"
    "       Residents sign in through the stand-in of WeChat, and none was found: start with `make run`, without\n"
    "       settings of another WeChat, or name it by --wechat-url."
)

Flask = Callable[..., str]
"""Runs a command of the server and gives what it printed."""


class Doors:
    """Lets people in, and tells the api who they are."""

    def __init__(self, api: Api, *, wechat_url: str | None, flask: Flask, connections: int) -> None:
        if wechat_url is None:
            raise DemoProblem(NO_WECHAT)
        self._api, self._flask, self._connections = api, flask, connections
        self._wechat = httpx.Client(base_url=wechat_url, timeout=10, trust_env=False)
        self._password = secrets.token_urlsafe(18)
        self._suffix = f"{datetime.now(UTC):%m%d%H%M%S}{secrets.token_hex(2)}"
        self._community = ""
        self._buildings: list[str] = []

    def open(self, everybody: Roster, residents: Collection[Person]) -> None:
        """Let in all staff and these residents. Refuses DemoProblem when somebody stays outside."""
        try:
            first, second = ADMINISTRATORS
            self._api.admit(first, self._first(first, "admin-1"))
            with ThreadPoolExecutor(1) as beside:  # a command of the server takes its seconds
                other = beside.submit(self._first, second, "admin-2")
                self._lay_out(first)
                self._api.admit(second, other.result())
            self._side_by_side(self._let_in, list(enumerate(everybody.staff)))
            clerk = everybody.clerks[0]
            taking_part = [each for each in enumerate(everybody.holders) if each[1].person in residents]
            self._side_by_side(lambda each: self._move_in(clerk, *each), taking_part)
        except httpx.HTTPError as error:
            raise DemoProblem(f"{NO_WECHAT} ({type(error).__name__})") from None
        finally:
            self._wechat.close()

    def _first(self, person: Person, username: str) -> dict[str, Any]:
        said = self._flask("people", "invite-first", person.name, f"{username}.{self._suffix}", "--district", DISTRICT)
        found = TOKEN.search(said)
        if found is None:
            raise DemoProblem(f"邀请第一位管理员失败 / the first administrator was not invited: {said[-300:]}")
        return self._take_up(f"{username}.{self._suffix}", found[0])

    def _take_up(self, username: str, token: str) -> dict[str, Any]:
        """Take an invitation up: password, second factor, first sign-in with both."""
        send = self._api.send
        prepared = send("POST", "/v1/invitations/prepare", json={"token": token, "password": self._password}).need()
        totp, now = pyotp.TOTP(prepared["secret"]), datetime.now(UTC)
        send("POST", "/v1/invitations/confirm", json={"token": token, "totp": totp.at(now)}).need()
        # a code is good once; that of the next half minute is taken already
        code = totp.at(now + timedelta(seconds=30))
        body = {"username": username, "password": self._password, "totp": code}
        tokens: dict[str, Any] = send("POST", "/v1/sessions/desk", json=body).need()
        return tokens

    def _lay_out(self, admin: Person) -> None:
        """Find the community and its buildings, or open what is missing."""
        known = {area["book"]: area["id"] for area in self._areas(admin, kind="community")}
        if BOOK in known:
            self._community = known[BOOK]
        else:
            district = next(area["id"] for area in self._areas(admin, kind="district") if area["name"] == DISTRICT)
            street = self._area(admin, "street", STREET, district)
            self._community = self._area(admin, "community", COMMUNITY, street, book=BOOK)
        there = {area["name"]: area["id"] for area in self._areas(admin, within=self._community)}
        estate = there.get(ESTATE) or self._area(admin, "estate", ESTATE, self._community)
        for name in (f"{number}号楼" for number in range(1, BUILDINGS + 1)):
            self._buildings.append(there.get(name) or self._area(admin, "building", name, estate))

    def _areas(self, admin: Person, **query: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._api.ask(admin, "GET", "/v1/areas", params={"limit": 100, **query}).need()[
            "items"
        ]
        return found

    def _area(self, admin: Person, kind: str, name: str, parent_id: str, **more: str) -> str:
        body = {"kind": kind, "name": name, "parent_id": parent_id, **more}
        return str(self._api.ask(admin, "POST", "/v1/areas", json=body).need()["id"])

    def _let_in(self, each: tuple[int, Person]) -> None:
        number, person = each
        if person.role in AT_DESKS:
            username = f"{person.role}-{number}.{self._suffix}"
            body = {"name": person.name, "username": username}
            invited = self._api.ask(ADMINISTRATORS[0], "POST", "/v1/staff", json=body).need()
            self._grant(person, invited["person_id"])
            self._api.admit(person, self._take_up(username, invited["token"]))
            return
        tokens = self._by_telephone(person)
        self._api.admit(person, tokens)
        held = self._api.ask(person, "GET", "/v1/me/grants").need()["items"]
        if not any(grant["role"] == person.role and grant["ended_at"] is None for grant in held):
            self._grant(person, tokens["person_id"])

    def _grant(self, person: Person, person_id: str) -> None:
        """One administrator grants, the other approves where it takes two."""
        inviter, approver = ADMINISTRATORS
        grant: dict[str, Any] = {"person_id": person_id, "role": str(person.role), "reason": REASON}
        grant |= {"area_id": self._community} | ({"shop_id": str(person.shop.id)} if person.shop else {})
        granted = self._api.ask(inviter, "POST", "/v1/grants", json=grant).need()
        if person.role in POWERFUL:
            self._api.ask(approver, "POST", f"/v1/grants/{granted['id']}/approve").need()

    def _by_telephone(self, person: Person) -> dict[str, Any]:
        """Sign in through WeChat, from the same telephone every time: a new one would have to cool for a day."""
        answer = self._wechat.post("/sandbox/codes", json={"name": person.name})
        answer.raise_for_status()
        body = {"code": answer.json()["code"], "install_id": f"demo-{person.id}", "model": "demo"}
        tokens: dict[str, Any] = self._api.send("POST", "/v1/sessions/wechat", json=body).need()
        return tokens

    def _move_in(self, clerk: Person, number: int, holder: Holder) -> None:
        """A resident signs in; who is new here says where he lives, and a clerk confirms it."""
        person = holder.person
        self._api.admit(person, self._by_telephone(person))
        homes = self._api.ask(person, "GET", "/v1/me/residencies").need()["items"]
        here = [home for home in homes if home["book"] == BOOK and home["state"] in {"claimed", "confirmed"}]
        home = here[0] if here else self._claim(person, number)
        if home["state"] == "claimed":
            path = f"/residencies/{home['id']}/confirm"
            home = self._api.post(clerk, path, {}, key=f"confirm-{home['id']}").need()
        self._api.call(person, home["resident_id"])

    def _claim(self, person: Person, number: int) -> dict[str, Any]:
        floor, building = divmod(number, BUILDINGS)
        body = {"area_id": self._buildings[building], "room": f"{floor + 1}01", "relation": "owner"}
        claimed: dict[str, Any] = self._api.ask(
            person, "POST", "/v1/me/residencies", json=body | {"name": person.name}
        ).need()
        return claimed

    def _side_by_side(self, do: Callable[[Any], None], items: Iterable[Any]) -> None:
        with ThreadPoolExecutor(self._connections, thread_name_prefix="door") as pool:
            for _ in pool.map(do, items):
                pass
