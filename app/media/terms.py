"""Words and limits of photos."""

from datetime import timedelta
from enum import StrEnum

MEDIA_TYPES = ("image/jpeg", "image/png", "image/webp")
JPEG = "image/jpeg"
BYTES_MAX = 10 * 1024 * 1024
"""What WeChat itself judges at most (media_check_async)."""
PIXELS_MAX = 64_000_000
"""Of a JPEG, which is decoded smaller than it is. A telephone of today takes fifty million."""
PIXELS_DECODED_MAX = 24_000_000
"""Of what can only be decoded whole: 72 MB of memory."""
SIDE_MAX = 2048
QUALITY = 85

HASH_BITS = 64
FLAT = 12
"""Shades of 256 within which a picture is of one colour: it looks like every other such picture, and is compared by its
bytes alone."""
ALIKE_BITS = 10
"""dHashes that differ in so many bits or fewer are taken for one photo. Measured on photographs: JPEG at quality 40
moves 6 bits, a crop of 6 % 9, while others are 24 and more away."""
ALIKE_WITHIN = timedelta(days=90)
ALIKE_AMONG = 20_000
"""With how many of the newest photos of the book a photo is compared by likeness; by its bytes, with all."""

STRAY_AFTER = timedelta(hours=24)
"""A photo that nothing was handed in with is deleted."""
KEPT = timedelta(days=400)
"""A year, and what a complaint about it may take."""
PURGE_BATCH = 100

VERDICT_JOB = "media.hear_verdict"
ASKED_AGAIN = timedelta(minutes=10)
ATTEMPTS_MAX = 5
FETCHED_WITHIN = timedelta(hours=1)
"""How long WeChat may fetch a photo that it was asked about."""
KEY_BYTES = 16


class Check(StrEnum):
    """What WeChat makes of a photo. Only "pass" may be shown to others than its owner and the staff."""

    WAITING = "waiting"
    PASS = "pass"  # noqa: S105 - WeChat's own word
    REVIEW = "review"  # a person has to look: WeChat is not sure, or did not judge
    RISKY = "risky"
