"""The words of notices: states, reasons, limits, and whom they are to reach."""

from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

OpenidOf = Callable[[Session, UUID], str | None]
"""Gives the openid of a person, None for who has none (any more). Identity knows it; app/jobs joins the two."""
PersonOf = Callable[[Session, str, str], UUID | None]
"""Gives whose openid it is in the mini-program of an AppID, the other way round."""


class NoticeState(StrEnum):
    """Where a notice is on its way."""

    QUEUED = "queued"
    SENDING = "sending"  # claimed: WeChat is being asked, or whoever asked it died
    SENT = "sent"
    NO_SUBSCRIPTION = "no_subscription"  # the person has not accepted one more
    FAILED = "failed"
    DROPPED = "dropped"  # it was not even tried


class Reason(StrEnum):
    """Why a notice was not sent; besides these, `errcode_…` as WeChat answered."""

    EXPIRED = "expired"  # nobody needs to know any more
    NOT_ON_WECHAT = "not_on_wechat"
    TEMPLATE_GONE = "template_gone"  # the file of templates no longer has it, or has other fields
    UNKNOWN = "unknown"  # it may have arrived: sending it again could ring twice
    GAVE_UP = "gave_up"


class Event(StrEnum):
    """The pushes we do something with."""

    MEDIA_CHECK = "wxa_media_check"
    POPUP = "subscribe_msg_popup_event"  # answered when asked
    CHANGE = "subscribe_msg_change_event"  # switched off in the settings of WeChat
    SENT = "subscribe_msg_sent_event"  # what became of a message


SUBSCRIBING = frozenset({Event.POPUP, Event.CHANGE, Event.SENT})


class Source(StrEnum):
    """Who told of an acceptance."""

    REPORT = "report"  # the mini-program
    PUSH = "push"  # WeChat itself


class PushOutcome(StrEnum):
    """What a push was worth."""

    WORKED = "worked"
    IGNORED = "ignored"  # an event of no interest to us
    UNKNOWN_TRACE = "unknown_trace"
    UNKNOWN_PERSON = "unknown_person"


class Answer(StrEnum):
    """What a person answered to wx.requestSubscribeMessage, by template."""

    ACCEPT = "accept"
    REJECT = "reject"
    BAN = "ban"
    FILTER = "filter"


QUIET_FROM_HOUR, QUIET_TO_HOUR = 22, 7  # in the district: from ten in the evening to seven in the morning
REMAINING_MAX = 50
# Report and push of one acceptance come within seconds; a push that was not answered comes again for a minute.
PAIRED_WITHIN = timedelta(minutes=10)
EVENT_LINES_MAX = 20
ATTEMPTS_MAX = 8
LOOKED_AT_MAX, LOOKS_MAX = 20, 50
LOST_AFTER = timedelta(minutes=10)
AGAIN_AFTER_MAX = timedelta(hours=1)
DEDUPE_KEY_LENGTH_MAX = 200
NOTICES_KEPT = timedelta(days=90)
PUSHES_KEPT = timedelta(days=7)
# A result may be pushed before the transaction that knows its trace id has committed.
TRACE_WAIT = timedelta(minutes=2)
# WeChat promises half an hour.
MEDIA_WAIT = timedelta(minutes=45)
PURGE_BATCH = 5000
PUSH_BYTES_MAX = 1024 * 1024
TEMPLATES_ASKED_MAX = 5
