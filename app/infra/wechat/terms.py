"""The words of WeChat's answers, as values of ours."""

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum


@dataclass(frozen=True, slots=True)
class Login:
    """Who a login code belongs to. The session key stays in the client: nothing here needs it, so nobody keeps it."""

    openid: str = field(repr=False)
    unionid: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Phone:
    """A telephone number WeChat has verified: digits without the country's code, and that code."""

    number: str = field(repr=False)
    country_code: str


class Delivery(StrEnum):
    """What became of a subscribe message."""

    SENT = "sent"
    NO_SUBSCRIPTION = "no_subscription"  # 43101: refused, or all accepted ones are used up
    REFUSED = "refused"  # the template, the data, the page or the person is wrong; sending it again is no use


@dataclass(frozen=True, slots=True)
class Sending:
    """How a subscribe message ended; `errcode` is 0 when it was sent."""

    delivery: Delivery
    errcode: int = 0


class Suggestion(StrEnum):
    """What WeChat makes of a text or a picture."""

    PASS = "pass"  # noqa: S105 - WeChat's own word
    REVIEW = "review"
    RISKY = "risky"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A content check. `label` is WeChat's number of what it saw (100: nothing), None where it was not asked.

    `stale`: the person has not used the mini-program for two hours, so WeChat does not judge; a human has to.
    """

    suggestion: Suggestion
    label: int | None
    trace_id: str
    stale: bool = False


class ContentScene(IntEnum):
    """Where a content stands."""

    PROFILE = 1
    COMMENT = 2
    FORUM = 3
    LOG = 4


class MediaType(IntEnum):
    """What is checked."""

    AUDIO = 1
    IMAGE = 2


class RiskScene(IntEnum):
    """What a person is about to do."""

    REGISTRATION = 0
    MARKETING = 1
    CONTENT = 2
