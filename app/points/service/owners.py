"""Names of sponsors, stations, teams and coordinators' posts, and what sponsors have paid in."""

from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Page, page_by_id, read_id
from app.points import errors, queries
from app.points.models import OwnerName
from app.points.queries import SponsorFigures
from app.points.service.naming import name_owner
from app.points.terms import HolderKind, OwnerKind


def name_sponsor(uow: UnitOfWork, *, book: str, sponsor_id: UUID, name: str) -> OwnerName:
    """Give a sponsor its name, or another one. Refuses BookMissing, OwnerNamedOtherwise."""
    return _name(uow, book, sponsor_id, OwnerKind.SPONSOR, name, field="sponsor_id")


def name_holder(uow: UnitOfWork, *, book: str, holder_id: UUID, kind: HolderKind, name: str) -> OwnerName:
    """Give a station, a team or a coordinator's post its name, or another one. Never a person's name.

    Refuses BookMissing, OwnerNamedOtherwise.
    """
    return _name(uow, book, holder_id, OwnerKind(kind), name, field="holder_id")


def list_sponsors(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> Page[SponsorFigures]:
    """Sponsors by id, also those without a name yet, with their money. Refuses BookMissing, CursorInvalid."""
    book_id = queries.get_book(uow.session, book).id
    rows = queries.list_sponsors(uow.session, book_id, after=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda sponsor: sponsor.sponsor_id)


def list_holders(uow: UnitOfWork, *, book: str, kind: HolderKind, limit: int, cursor: str | None) -> Page[OwnerName]:
    """The stations, the teams or the coordinators' posts of a book, by id. Refuses BookMissing, CursorInvalid."""
    book_id = queries.get_book(uow.session, book).id
    rows = queries.list_owners(uow.session, book_id, kind=kind, after=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda owner: owner.owner_id)


def _name(uow: UnitOfWork, book: str, owner_id: UUID, kind: OwnerKind, name: str, *, field: str) -> OwnerName:
    book_id = queries.get_book(uow.session, book).id
    before = queries.find_owner(uow.session, book_id, owner_id)
    _check_kind(before, kind, field)
    name_owner(uow, book_id, owner_id=owner_id, kind=kind, name=name)
    named = queries.get_owner(uow.session, book_id, owner_id)
    _check_kind(named, kind, field)  # somebody may have been a moment faster, and meant something else
    return named


def _check_kind(owner: OwnerName | None, kind: OwnerKind, field: str) -> None:
    if owner is not None and owner.kind != kind:
        raise errors.OwnerNamedOtherwise(name=owner.name, field=field)
