"""What tokens say and how long things last. Lives of tokens: attack 17 of the fraud anchors, RFC 9700 section 4.14."""

from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from app.kernel.actor import Role
from app.places.terms import AreaKind

ISSUER = "linli"
ALGORITHM = "HS256"
LEEWAY = timedelta(seconds=30)
TOKEN_LENGTH_MAX = 4096
DEV_AUDIENCE = "linli-dev"
DEV_KEY_ID = "linli-dev-1"
LIFETIME = timedelta(hours=12)
"""Of a development token."""

ACCESS_LIFE = timedelta(minutes=15)
REPEAT_GRACE = timedelta(seconds=60)
"""A refresh whose answer was lost is repeated on a bad network: within this the same answer is given again."""
COOL_DOWN = timedelta(hours=24)
"""From a new device nothing of value goes out for so long (attack 16)."""
DEVICES_MAX = 20
"""Of one person; the one not seen for longest gives way."""
PURGE_BATCH = 5000
FORGET_AFTER = timedelta(days=30)
"""Ended sessions and old tries are forgotten after that."""

CLOSING_COOL = timedelta(days=7)
"""An account is closed so long after its owner asked for it; signing in before that calls it off."""
CLOSING_WORDS = ("注销", "CLOSE")
CLOSING_BATCH = 100
EXPORT_BATCH = 100
FARM_MAX = 500
"""Accounts of one device that are paused at once; the next sign-in there pauses the others."""
PAUSES_REMEMBERED = timedelta(days=180)
"""So long it is known of a WeChat account that its account here was closed while it was paused."""
RISK_KEPT = timedelta(days=90)
NEWCOMER, NEWCOMERS_MAX = timedelta(days=7), 100
"""So long an account is new; so many new ones on a device or network are counted at most."""
NETWORKS_KEPT = timedelta(days=90)
"""A network somebody has not signed in from for so long is a new one again."""

PASSWORD_LENGTH_MIN, PASSWORD_LENGTH_MAX = 12, 128
TOTP_STEP_SECONDS = 30
RECOVERY_CODES = 10
INVITATION_LIFE = timedelta(days=3)
TRIES_FREE = 5
"""Wrong passwords before the first lock, which lasts LOCK_FIRST and doubles with each further one, up to LOCK_MAX."""
LOCK_FIRST, LOCK_MAX = timedelta(minutes=1), timedelta(hours=1)
TRIES_FORGOTTEN = timedelta(hours=24)

OPERATOR = UUID(int=0)
"""Whoever has the command line of the server: the system's own id."""
OPERATOR_SECOND = UUID(int=2**128 - 1)
"""The second of two people where the operator sets up the first administrators: the ledger's own convention."""


class Channel(StrEnum):
    """Where somebody signed in: mini-program or staff's desk. Each has an audience and lives of its own."""

    MINI = "mini"
    DESK = "desk"


AUDIENCES = {Channel.MINI: "linli-mini", Channel.DESK: "linli-desk"}
IDLE_MAX = {Channel.MINI: timedelta(days=60), Channel.DESK: timedelta(hours=2)}
SESSION_MAX = {Channel.MINI: timedelta(days=365), Channel.DESK: timedelta(hours=12)}


class Ending(StrEnum):
    """Why a session ended."""

    SIGNED_OUT = "signed_out"
    REVOKED = "revoked"
    REUSED = "reused"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a reason, no password
    CLOSED = "closed"


class RiskOccasion(StrEnum):
    """At what WeChat is asked how risky somebody is."""

    REGISTRATION = "registration"
    SIGN_IN = "sign_in"


class ConsentAct(StrEnum):
    """What was done about a text."""

    GIVEN = "given"
    WITHDRAWN = "withdrawn"


class GuardianKind(StrEnum):
    """Why somebody acts for another: a parent for a child, or a helper for who wants one (代办)."""

    CHILD = "child"
    HELPER = "helper"


class Side(StrEnum):
    """Of two who act for each other: who is acted for, and who acts."""

    WARD = "ward"
    GUARDIAN = "guardian"


GRANTED = frozenset(Role) - {Role.SYSTEM, Role.PERSON, Role.RESIDENT, Role.TERMINAL}
"""Roles that are granted. A resident is whoever lives here, a person whoever has signed in, a till has a key."""
POWERFUL = frozenset({Role.TREASURER, Role.AUDITOR, Role.ADMIN, Role.DISTRICT})
"""Granted by one and approved by another; migrations/sql/0016_identity.sql holds it too."""
DESK_ONLY = POWERFUL
"""Held only in a session opened with password and second factor: a telephone alone never has them."""


class Relation(StrEnum):
    """What somebody is to the dwelling he lives in."""

    OWNER = "owner"
    FAMILY = "family"
    TENANT = "tenant"


class ResidencyState(StrEnum):
    """Where a residency is: claimed by a person, then confirmed or refused by somebody else, and ended once."""

    CLAIMED = "claimed"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    ENDED = "ended"


class Kinship(StrEnum):
    """What a relative is to the person."""

    SPOUSE = "spouse"
    PARENT = "parent"
    CHILD = "child"
    SIBLING = "sibling"
    OTHER = "other"


OPEN = (ResidencyState.CLAIMED, ResidencyState.CONFIRMED)
DWELLINGS = frozenset({AreaKind.UNIT, AreaKind.BUILDING, AreaKind.ESTATE, AreaKind.COMMUNITY})
"""Where rooms may be."""
COUNT_FROM_BELOW = frozenset({Role.GRID_WORKER})
"""Granted for a grid or a building they count in the book of its community; what they touch is in their areas only."""
MATCH_JOB = "enrolment.match_claim"
FORGET_APPEALS_JOB = "risk.forget_appeals"
FORGET_COMPLAINTS_JOB = "merchants.forget_complaints"
FORGET_PHOTOS_JOB = "media.forget_photos"
MATCHED = "matched by list"
WITHDRAWN = "withdrawn"
CLOSED = "account closed"
ROOM_LENGTH_MAX = 20
CLAIMS_MAX = 100
NAME_LENGTH_MAX = 60
