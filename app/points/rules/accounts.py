"""Which account an act means, and the id that follows from it."""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from uuid import UUID

from app.points.terms import CHART, AccountKind, KindTerms

NOBODY = UUID(int=0)
"""Owner of the accounts a book has once: issuance, bank, breakage, points_liability, breakage_result."""


@dataclass(frozen=True, slots=True)
class AccountRef:
    """Names an account within a book. `stripe` spreads a busy kind over several balance rows."""

    kind: AccountKind
    owner_id: UUID = NOBODY
    stripe: int = 0

    @property
    def terms(self) -> KindTerms:
        """How accounts of this kind behave."""
        return CHART[self.kind]


@lru_cache(maxsize=65_536)
def account_id(book_id: int, ref: AccountRef) -> UUID:
    """Derive the account's id from what it names, so that nobody has to look it up before posting.

    A UUIDv8 (RFC 9562) over SHA-256 of "book:kind:owner:stripe".
    """
    digest = bytearray(sha256(f"{book_id}:{ref.kind}:{ref.owner_id}:{ref.stripe}".encode()).digest()[:16])
    digest[6] = (digest[6] & 0x0F) | 0x80
    digest[8] = (digest[8] & 0x3F) | 0x80
    return UUID(bytes=bytes(digest))


def passbook_of(book_id: int, owner_id: UUID) -> UUID:
    """The account that is a resident's passbook."""
    return account_id(book_id, AccountRef(AccountKind.RESIDENT, owner_id))


def stripe_for(kind: AccountKind, beneficiary_id: UUID) -> int:
    """Choose the stripe that pays this beneficiary. The same on every retry."""
    return sha256(beneficiary_id.bytes).digest()[0] % CHART[kind].stripes


def allotment_account(allotment_id: UUID) -> AccountRef:
    """Name the account on which the points of an allotment lie."""
    return AccountRef(AccountKind.ALLOTMENT, allotment_id)


def allotment_stripe(budget_id: UUID, allotment_id: UUID) -> AccountRef:
    """Name the stripe of its budget that an allotment's points come from and return to."""
    return AccountRef(AccountKind.SPONSOR_BUDGET, budget_id, stripe_for(AccountKind.SPONSOR_BUDGET, allotment_id))


def split_over_stripes(amount: int, stripes: int) -> list[int]:
    """Divide `amount` as evenly as whole points allow; the first stripes get the remainder."""
    share, rest = divmod(amount, stripes)
    return [share + (1 if stripe < rest else 0) for stripe in range(stripes)]
