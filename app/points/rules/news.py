"""Which news of a passbook are worth a message, and in what words."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from app.points.terms import Code

TOLD: Mapping[str, str] = {
    Code.AWARD: "志愿服务积分",
    Code.REPORT_AWARD: "随手拍被采纳",
    Code.CLEARING_IN: "从其他社区转入",
    Code.REDEMPTION: "合作商户使用",
}
"""The transactions people are told of, with what the message says where nothing nearer is known."""
MILLISECOND = timedelta(milliseconds=1)
EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def what_of(code: str, title: str | None, partner: str | None) -> str:
    """Say what points came for or went to: the activity, the shop, the other community."""
    return title or partner or TOLD[code]


def first_id_at(instant: datetime) -> UUID:
    """Give the least id that can have been made at an instant or later: the time stands in an id's first 48 bits."""
    return UUID(int=((instant - EPOCH) // MILLISECOND) << 80)


def is_stale(recorded_at: datetime, now: datetime, kept: timedelta) -> bool:
    """Say whether nobody needs to be told any more."""
    return recorded_at <= now - kept
