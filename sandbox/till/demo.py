"""In demo mode, everything a vendor's first payment needs: a shop with terms, a till's code, a resident with points.

The rest of this sandbox asks for no more than a till may; here the demo's sign-in stands in for the people around it.
"""

import secrets
import time
from datetime import datetime, timedelta, timezone
from typing import Any

import httpx

from sandbox.till.client import TIMEOUT_SECONDS, Key, NotDone, enrol

DISTRICT = timezone(timedelta(hours=8))
SHOP, STREET, TILL = "试机小店", "忠义街", "1号机"
TREASURER, COORDINATOR = "田建国", "曹彩霞"
ACTIVITY, MINUTES, AWARDS = "试机", 720, 4
TERMS = {"points_per_yuan": 10, "share_percent_max": 100, "cofunding_percent": 0}


class Demo:
    """Somebody of each role, signed in by name."""

    def __init__(self, url: str, book: str) -> None:
        """Open no connection yet."""
        self.url, self.book = url.rstrip("/"), book
        self._http = httpx.Client(base_url=self.url, timeout=TIMEOUT_SECONDS, trust_env=False)

    def token(self, role: str, name: str) -> str:
        """Sign in."""
        return str(self._sent("/v1/dev/tokens", None, {"role": role, "name": name, "book": self.book})["token"])

    def prepare(self, residents: list[str]) -> Key:
        """Open a shop that takes ten points for a yuan, bring a till to it, and award residents points."""
        treasurer = self.token("treasurer", TREASURER)
        shop = self._sent(self._at("/shops"), treasurer, {"name": SHOP, "street": STREET})["id"]
        self._sent(self._at(f"/shops/{shop}/offers"), treasurer, {"terms": TERMS})
        code = self._sent(self._at(f"/shops/{shop}/terminals/codes"), treasurer, {"name": TILL})["code"]
        for name in residents:
            self.award(name)
        return enrol(self.url, code)

    def award(self, name: str) -> None:
        """Award somebody points, as a coordinator does for hours of help."""
        resident, coordinator = self.token("resident", name), self.token("coordinator", COORDINATOR)
        who = self._http.get("/v1/me", headers=_bearer(resident)).raise_for_status().json()["id"]
        for number in range(AWARDS):
            hours = {"minutes": MINUTES, "performed_on": f"{datetime.now(DISTRICT):%Y-%m-%d}"}
            told = {"resident_id": who, "rule": "vol.hours", "activity": f"{ACTIVITY} {int(time.time())}-{number}"}
            award = self._sent(self._at("/awards"), coordinator, told | hours)
            if award["state"] == "held":  # another person has to look
                self._sent(
                    self._at(f"/award-checks/{award['check_id']}/confirm"), self.token("treasurer", TREASURER), {}
                )

    def code(self, name: str) -> str:
        """The 18 digits that somebody's phone would show."""
        return str(self._sent(self._at("/passbook/codes"), self.token("resident", name), {})["code"])

    def scan(self, name: str, scene: str) -> dict[str, Any]:
        """Scan a till's order with somebody's phone, and confirm it."""
        token = self.token("resident", name)
        quote = self._sent(self._at("/passbook/redemption-quotes"), token, {"scene": scene})
        return self._sent(self._at("/passbook/redemptions"), token, {"quote_id": quote["quote_id"]})

    def _at(self, path: str) -> str:
        return f"/v1/books/{self.book}{path}"

    def _sent(self, path: str, token: str | None, body: dict[str, Any]) -> dict[str, Any]:
        headers = {"Idempotency-Key": secrets.token_urlsafe(16), "Accept-Language": "en"} | _bearer(token)
        answer = self._http.post(path, json=body, headers=headers)
        if answer.is_error:
            raise NotDone(f"POST {path}: {answer.status_code} {answer.text}")
        found: dict[str, Any] = answer.json()
        return found


def _bearer(token: str | None) -> dict[str, str]:
    return {} if token is None else {"Authorization": f"Bearer {token}"}
