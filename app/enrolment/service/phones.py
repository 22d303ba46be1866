"""Telephone numbers of a list: sealed as soon as a row is checked, found by their index, opened to be shown masked."""

from dataclasses import dataclass
from uuid import UUID

from app.enrolment.models import Resident
from app.enrolment.rules.masking import mask_phone
from app.infra.vault import vault

INDEX_KIND = "phone"
"""The same as of people's verified numbers: equal numbers have equal indexes, which is how claims are matched."""


@dataclass(frozen=True, slots=True)
class SealedPhone:
    """A number at rest."""

    sealed: bytes
    index: bytes


def seal_phone(resident_id: UUID, phone: str) -> SealedPhone:
    """Seal the number of somebody who is, or is to be, a resident of a list."""
    return SealedPhone(vault().seal(phone, context=_context(resident_id)), vault().index(phone, kind=INDEX_KIND))


def open_phone(resident_id: UUID, sealed: bytes) -> str:
    """Open such a number."""
    return vault().open(sealed, context=_context(resident_id))


def masked_phone(resident: Resident) -> str | None:
    """Show the number of a resident, masked."""
    return None if resident.phone_sealed is None else mask_phone(open_phone(resident.id, resident.phone_sealed))


def _context(resident_id: UUID) -> str:
    return f"enrolment.residents.phone:{resident_id}"
