"""Reads of enrolment, session first."""

from app.enrolment.queries.imports import (
    count_problems,
    find_import_of_content,
    find_import_to_discard,
    get_content,
    get_import,
    list_imports,
    list_pieces,
    list_problems,
    lock_import,
    lock_imports_of_book,
)
from app.enrolment.queries.origins import find_origin, list_origins
from app.enrolment.queries.residents import (
    NUMBERS_OF_IMPORT,
    find_end_of_part,
    find_lapsed_lines,
    find_resident,
    find_taken_lines,
    get_resident,
    list_enrolled,
    list_residents,
    list_residents_by_phone,
    list_residents_of_home,
    names_of,
)

__all__ = [
    "NUMBERS_OF_IMPORT",
    "count_problems",
    "find_end_of_part",
    "find_import_of_content",
    "find_import_to_discard",
    "find_lapsed_lines",
    "find_origin",
    "find_resident",
    "find_taken_lines",
    "get_content",
    "get_import",
    "get_resident",
    "list_enrolled",
    "list_imports",
    "list_origins",
    "list_pieces",
    "list_problems",
    "list_residents",
    "list_residents_by_phone",
    "list_residents_of_home",
    "lock_import",
    "lock_imports_of_book",
    "names_of",
]
