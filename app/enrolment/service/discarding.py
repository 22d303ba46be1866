"""The job that forgets what files held of people: files that nobody commits, and what was left behind of others."""

from sqlalchemy import delete, func, select

from app.enrolment import queries
from app.enrolment.errors import ImportDiscarded
from app.enrolment.models import File, Import, Line, Piece
from app.enrolment.service.stages import keep_failure
from app.enrolment.terms import KEPT_DAYS, WAITING, ImportState
from app.infra.unit_of_work import UnitOfWork

LINES_BATCH = 20_000


def discard_imports(uow: UnitOfWork) -> int:
    """Forget the rows of one import that is older than KEPT_DAYS, or some of them. Called until it returns 0.

    One that still waited to be committed is `discarded` by it. Of one that was committed, refused or undone only what a
    lost job left behind is removed; to undo it or to know its file again takes none of that.
    """
    found = queries.find_import_to_discard(uow.session, uploaded_before=uow.now - KEPT_DAYS)
    if found is None:
        return 0
    if found.state in WAITING:
        found.state = str(ImportState.DISCARDED)
        keep_failure(found, ImportDiscarded(days=KEPT_DAYS.days))
    for table in (File, Piece):
        uow.session.execute(delete(table).where(table.book_id == found.book_id, table.import_id == found.id))
    _delete_lines(uow, found)
    return 1


def _delete_lines(uow: UnitOfWork, found: Import) -> None:
    of_import = (Line.book_id == found.book_id, Line.import_id == found.id)
    batch = select(Line.line).where(*of_import).order_by(Line.line).limit(LINES_BATCH).subquery()
    last = uow.session.scalar(select(func.max(batch.c.line)))
    if last is not None:
        uow.session.execute(delete(Line).where(*of_import, Line.line <= last))
