"""The owner of a shop with his telephone: all over HTTP."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.merchants.models import Branch, MerchantPerson
from app.merchants.terms import PersonKind
from tests.points.api import Api
from tests.points.ledger import named

OWNER = named("owner of the shop")


@dataclass
class Owner:
    """Requests about one merchant; `who` is its registered owner."""

    api: Api
    merchant_id: UUID
    shop_id: UUID
    who: UUID = OWNER

    @classmethod
    def of(cls, api: Api, uow: UnitOfWork, shop_id: UUID, who: UUID = OWNER) -> "Owner":
        """Register somebody as the owner of a branch's merchant."""
        merchant_id = uow.session.get_one(Branch, shop_id).merchant_id
        registration = MerchantPerson(
            id=uow.new_id(),
            merchant_id=merchant_id,
            kind=PersonKind.OWNER,
            name="赵掌柜",
            person_id=who,
            registered_by=named("clerk"),
            registered_at=uow.now,
        )
        uow.session.add(registration)
        uow.session.flush()
        return cls(api, merchant_id, shop_id, who)

    def get(self, rest: str, *, who: UUID | None = None, lang: str = "zh-CN") -> Any:
        """`rest`: after the merchant."""
        return self.api.client.get(self._path(rest), headers=self._headers(who, lang))

    def post(self, rest: str, body: Any = None, *, who: UUID | None = None) -> Any:
        return self.api.client.post(self._path(rest), json=body or {}, headers=self._headers(who, "zh-CN"))

    def at_branch(self, rest: str) -> str:
        """The path of something of the branch, for `get` and `post`."""
        return f"/branches/{self.shop_id}{rest}"

    def _path(self, rest: str) -> str:
        return f"/v1/me/merchants/{self.merchant_id}{rest}"

    def _headers(self, who: UUID | None, lang: str) -> dict[str, str]:
        signed: dict[str, str] = self.api.bearer(Role.PERSON, person_id=who or self.who)
        return signed | {"Linli-Demo-Clock": self.api.at, "Accept-Language": lang}
