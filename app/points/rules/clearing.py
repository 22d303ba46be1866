"""What two books agree on, and what becomes of points and their money on the way. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from math import gcd
from typing import NamedTuple
from uuid import UUID

from app.points import errors
from app.points.terms import POINTS_MAX


@dataclass(frozen=True, slots=True)
class ClearingTerms:
    """What both sides approve, as one of them sees it: `rate_num` points of the partner's for `rate_den` of its own.

    The limits are in points of the book the points leave, whichever that is. Both days are included.
    """

    partner: str
    rate_num: int
    rate_den: int
    points_min: int
    points_max: int
    month_points_max: int
    valid_from: date
    valid_to: date

    def agreement_id(self, book: str) -> UUID:
        """The id of this agreement: the same for both books exactly when their terms are the same.

        A UUIDv8 over SHA-256 of the terms, written from the side of the book that comes first in the alphabet.
        """
        num, den = (self.rate_num, self.rate_den) if book < self.partner else (self.rate_den, self.rate_num)
        shared = gcd(num, den)
        words = (
            *sorted((book, self.partner)),
            num // shared,
            den // shared,
            self.points_min,
            self.points_max,
            self.month_points_max,
            self.valid_from,
            self.valid_to,
        )
        digest = bytearray(sha256(":".join(map(str, words)).encode()).digest()[:16])
        digest[6] = (digest[6] & 0x0F) | 0x80
        digest[8] = (digest[8] & 0x3F) | 0x80
        return UUID(bytes=bytes(digest))


class Parcel(NamedTuple):
    """Part of a transfer on its way: so many points of the receiving book, the money behind them, their last day."""

    expires_on: date
    points: int
    fen: int


def check_terms(terms: ClearingTerms, *, book: str, today: date) -> None:
    """Refuse ClearingTermsWrong, with the term that is at fault, for an agreement that could never be used."""
    wrongs = {
        "partner": terms.partner == book,
        "points_max": terms.points_min > terms.points_max or _most(terms) > POINTS_MAX,
        "month_points_max": terms.points_max > terms.month_points_max,
        "valid_to": terms.valid_to < max(terms.valid_from, today),
    }
    for field, wrong in wrongs.items():
        if wrong:
            raise errors.ClearingTermsWrong(field=field)


def _most(terms: ClearingTerms) -> int:
    """The most points that one transfer can bring about, either way."""
    return terms.points_max * max(terms.rate_num, terms.rate_den) // min(terms.rate_num, terms.rate_den)


def points_there(points: int, terms: ClearingTerms) -> int:
    """How many points of the partner's arrive for these. Refuses ClearingAmountWrong, ClearingTooFew."""
    if not terms.points_min <= points <= terms.points_max:
        raise errors.ClearingAmountWrong(points_min=terms.points_min, points_max=terms.points_max)
    there = points * terms.rate_num // terms.rate_den
    if there < 1:
        raise errors.ClearingTooFew(rate_num=terms.rate_num, rate_den=terms.rate_den)
    return there


def pack(lots: Iterable[tuple[date, int, int]], *, rate_num: int, rate_den: int) -> list[Parcel]:
    """Turn (last day, points, fen) of the lots that were taken into parcels, the earliest first; no fen is lost.

    The parcels sum to what the whole is worth at the rate. A lot that comes to no point of its own there hands its
    money on to the next parcel, or, when none follows, to the last.
    """
    parcels: list[Parcel] = []
    taken = packed = loose = 0
    for expires_on, points, fen in sorted(lots):
        taken += points
        there = taken * rate_num // rate_den - packed
        loose += fen
        if there:
            parcels.append(Parcel(expires_on, there, loose))
            packed, loose = packed + there, 0
    if loose and parcels:
        parcels[-1] = parcels[-1]._replace(fen=parcels[-1].fen + loose)
    return parcels


def check_alive(parcels: Sequence[Parcel], today: date) -> None:
    """Refuse ClearingLapsed when the last day of any parcel has passed."""
    if any(parcel.expires_on < today for parcel in parcels):
        raise errors.ClearingLapsed


def own_day(parcel: Parcel, policy_day: date) -> date:
    """The last day of a parcel in the receiving book: points do not gain life by moving, nor outlive its policy."""
    return min(parcel.expires_on, policy_day)
