"""Photos of reports: kept by app.media, shown with the report."""

from collections.abc import Sequence
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.media import service as media
from app.reports.models import Report


def attach_photos(uow: UnitOfWork, report: Report, *, book: str, photo_ids: Sequence[UUID]) -> None:
    """Hand photos in with a report. Refuses what `media.attach_photos` refuses."""
    report.photos = media.attach_photos(uow, book=book, photo_ids=photo_ids, subject=_subject(report))


def show_photos(uow: UnitOfWork, reports: Sequence[Report], *, book: str) -> None:
    """Give reports their photos, in one read."""
    found = media.photos_of(uow, book, [_subject(report) for report in reports])
    for report in reports:
        report.photos = found.get(_subject(report), ())


def shows_photo_again(report: Report) -> bool:
    """Say whether a photo of it was handed in before, with something else."""
    return any(photo.like is not None for photo in report.photos)


def _subject(report: Report) -> str:
    return f"report:{report.id}"
