"""The acts of enrolment, and its jobs."""

from app.enrolment.service.checking import check_rows
from app.enrolment.service.committing import clear_lines, commit_import
from app.enrolment.service.discarding import discard_imports
from app.enrolment.service.enrolling import NewResident, enrol_resident
from app.enrolment.service.imports import (
    list_imports,
    list_problems,
    list_residents,
    show_import,
    start_commit,
    start_undo,
    upload_file,
)
from app.enrolment.service.matching import (
    NearMatch,
    confirm_residency,
    list_matches,
    match_claim,
    match_waiting,
    settle_household,
)
from app.enrolment.service.origins import list_origins, show_origin
from app.enrolment.service.reading import read_file
from app.enrolment.service.templates import make_template
from app.enrolment.service.undoing import undo_import

__all__ = [
    "NearMatch",
    "NewResident",
    "check_rows",
    "clear_lines",
    "commit_import",
    "confirm_residency",
    "discard_imports",
    "enrol_resident",
    "list_imports",
    "list_matches",
    "list_origins",
    "list_problems",
    "list_residents",
    "make_template",
    "match_claim",
    "match_waiting",
    "read_file",
    "settle_household",
    "show_import",
    "show_origin",
    "start_commit",
    "start_undo",
    "undo_import",
    "upload_file",
]
