"""The export of all that is held about an account's owner: one JSON object, streamed.

`account` comes first, the lists of `exporting.Part` after it. What a passbook holds is not copied: `passbooks` says
under which addresses the ledger gives it, and `books` for which books.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import Schema, fields

from app.identity.schemas.accounts import ConsentOut, GuardianshipOut, ProxyActOut
from app.identity.schemas.homes import RelativeOut, ResidencyOut
from app.identity.schemas.sessions import DeviceOut
from app.identity.schemas.staff import AccountFreezeOut, GrantOut
from app.identity.service import exporting
from app.identity.service.exporting import MoreData, OwnAccount, Part
from app.infra.unit_of_work import UnitOfWork
from app.web.fields import ShownInstant
from app.web.streaming import Stream

FORMAT = "linli-account-1"
PASSBOOKS = [
    "/v1/books/<book>/passbook/export",
    "/v1/books/<book>/passbook/export.csv",
    "/v1/books/<book>/passbook/export.xlsx",
    "/v1/books/<book>/passbook/export.pdf",
]


class WechatBindingOut(Schema):
    """That a WeChat account of a mini-program signs in here. The openid never leaves the server."""

    app_id = fields.String(required=True)
    bound_at = ShownInstant(required=True)


class OwnAccountOut(Schema):
    """The account itself, its number in full."""

    id = fields.UUID(required=True, attribute="person.id")
    name = fields.String(required=True, attribute="person.name")
    phone = fields.String(required=True, allow_none=True)
    username = fields.String(required=True, allow_none=True)
    registered_at = ShownInstant(required=True, attribute="person.registered_at")
    wechat = fields.List(fields.Nested(WechatBindingOut), required=True)


class PastSessionOut(Schema):
    """A session, open or over."""

    id = fields.UUID(required=True)
    channel = fields.String(required=True)
    device_id = fields.UUID(required=True, allow_none=True)
    opened_at = ShownInstant(required=True)
    last_used_at = ShownInstant(required=True, attribute="rotated_at")
    expires_at = ShownInstant(required=True)
    ended_at = ShownInstant(required=True, allow_none=True)
    ended_why = fields.String(required=True, allow_none=True)


class RiskRankOut(Schema):
    """What WeChat said of my risk when I signed in, 0 (none) to 4; null where it said nothing. It decides nothing."""

    day = fields.Date(required=True)
    occasion = fields.String(required=True, attribute="scene")
    rank = fields.Integer(required=True, allow_none=True)


ROWS: Mapping[Part, type[Schema]] = {
    Part.DEVICES: DeviceOut,
    Part.SESSIONS: PastSessionOut,
    Part.GRANTS: GrantOut,
    Part.FREEZES: AccountFreezeOut,
    Part.CONSENTS: ConsentOut,
    Part.GUARDIANSHIPS: GuardianshipOut,
    Part.PROXY_ACTS: ProxyActOut,
    Part.RESIDENCIES: ResidencyOut,
    Part.RELATIVES: RelativeOut,
    Part.RISK_RANKS: RiskRankOut,
}


class OwnDataOut(Schema):
    """All that is held about me."""

    format = fields.String(required=True)
    exported_at = ShownInstant(required=True)
    passbooks = fields.List(fields.String(), required=True)
    account = fields.Nested(OwnAccountOut, required=True)
    devices = fields.List(fields.Nested(DeviceOut), required=True)
    sessions = fields.List(fields.Nested(PastSessionOut), required=True)
    grants = fields.List(fields.Nested(GrantOut), required=True)
    freezes = fields.List(fields.Nested(AccountFreezeOut), required=True)
    consents = fields.List(fields.Nested(ConsentOut), required=True)
    guardianships = fields.List(fields.Nested(GuardianshipOut), required=True)
    proxy_acts = fields.List(fields.Nested(ProxyActOut), required=True)
    residencies = fields.List(fields.Nested(ResidencyOut), required=True)
    relatives = fields.List(fields.Nested(RelativeOut), required=True)
    risk_ranks = fields.List(fields.Nested(RiskRankOut), required=True)
    books = fields.List(fields.String(), required=True)
    risk_decisions = fields.List(
        fields.Dict(),
        required=True,
        metadata={"description": "未直接放行的操作与登录、我的申诉 / what was not simply let through, and my appeals"},
    )
    photos = fields.List(
        fields.Dict(),
        required=True,
        metadata={
            "description": "我上传的照片,图在 picture 所指的地址 / photos handed in; each picture has its address"
        },
    )


def stream_own_data(account: OwnAccount, more: Sequence[MoreData]) -> Stream:
    """Write all that is held about the caller, some rows at a time; `more` of it is held by packages above."""
    parts = [*Part, *more]

    def step(uow: UnitOfWork, where: tuple[int, str | None] | None) -> tuple[str, tuple[int, str | None] | None]:
        number, after = where or (0, None)
        part = parts[number]
        if isinstance(part, MoreData):
            rows, goes_on = exporting.read_more_data(uow, part, after)
        else:
            rows, goes_on = exporting.read_own_data(uow, part, after)
        text = _written(part, rows, first=after is None)
        if goes_on is not None:
            return text, (number, goes_on)
        return text + "]", (number + 1, None) if number + 1 < len(parts) else None

    head = {
        "format": FORMAT,
        "exported_at": ShownInstant().serialize("exported_at", account),
        "passbooks": PASSBOOKS,
        "account": OwnAccountOut().dump(account),
    }
    return Stream(step=step, opening=_dump(head).removesuffix("}"), closing="}\n", filename="linli-account.json")


def _written(part: Part | MoreData, rows: Sequence[Any], *, first: bool) -> str:
    """Write rows of a part. Those of a later step follow others, unless there were none to follow."""
    if isinstance(part, MoreData):
        shown, name = part.dump(rows), part.name
    else:
        shown, name = rows if part is Part.BOOKS else ROWS[part](many=True).dump(rows), str(part)
    items = [_dump(row) for row in shown]
    return f',\n"{name}": [' + ",\n".join(items) if first else "".join(f",\n{item}" for item in items)


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
