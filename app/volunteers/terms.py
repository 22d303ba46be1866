"""Words and limits of volunteering."""

from datetime import timedelta
from enum import StrEnum

BATCH_MAX = 1000
"""Most awards in one request."""
ACTIVITY_LENGTH_MAX = 200
MINUTES_MAX = 24 * 60
RULE_LENGTH_MAX = 40
REASON_LENGTH_MAX = 200

STEP_SECONDS = 30
CODE_DIGITS = 8
"""Of the code on the leader's screen."""
LEEWAY = timedelta(minutes=30)
"""People come before a gathering begins and leave after it has ended."""
SPAN_MAX = timedelta(hours=14)
STAYS_MAX = 500
"""Most who check in at one gathering."""
SEEN_WITHIN = timedelta(days=1)
"""Of a place somebody was seen at longer ago no speed is made."""
REPEATED_WITHIN = timedelta(days=30)
PAPER_POINTS_MAX, ALONE_POINTS_MAX, SAMPLE_PERMILLE = 100, 240, 20
"""What a book begins with; see `Policy`."""
POLICY_POINTS_MAX = 1_000_000
POLICY_PROPOSALS_EXPIRE = timedelta(days=14)
"""A proposal to hold fewer awards back lapses when nobody approved it for so long."""
CHECKS_EXPIRE = timedelta(days=30)
"""An award nobody looked at for so long lapses, and may be told again."""
EXPIRE_BATCH = 500
POSITIONS_KEPT = timedelta(days=30)
FORGET_BATCH = 5000


class AwardState(StrEnum):
    """How one row of a roster ended."""

    AWARDED = "awarded"  # paid, now or before
    CAPPED = "capped"  # recorded, but a cap left nothing to pay
    HELD = "held"  # waits until another person has looked
    DECLINED = "declined"


class Verdict(StrEnum):
    """What a stay counts as."""

    GOOD = "good"  # paid with the others
    REVIEW = "review"  # something is odd: a treasurer decides
    ACCEPTED = "accepted"  # by a treasurer
    REJECTED = "rejected"


class Why(StrEnum):
    """Why a second person looks at an award. The first that is true is noted."""

    BLOCKED = "blocked"  # anti-fraud: not before somebody has looked
    UNDECIDED = "undecided"  # anti-fraud could not be asked
    REVIEW = "review"  # anti-fraud: somebody should look
    TOLD_ANEW = "told_anew"  # it was rejected before, with other content
    OFF_ROSTER = "off_roster"  # beside a check-in, and more than is paid on paper alone
    LARGE = "large"  # more than one person gives alone
    SAMPLE = "sample"  # by chance, when it is paid already


class CheckState(StrEnum):
    """Where the second look at an award stands."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    EXPIRED = "expired"  # nobody looked; it may be told again


class ProposalState(StrEnum):
    """Where a proposal to hold fewer awards back stands."""

    OPEN = "open"
    APPROVED = "approved"  # and in force since then, or replaced meanwhile
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"  # by who proposed it
    EXPIRED = "expired"  # nobody approved it in time
