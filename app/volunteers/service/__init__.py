"""Volunteering: awards by rule, and gatherings where people check in on site."""

from app.volunteers.service.awards import (
    Activity,
    BatchOutcome,
    RowOutcome,
    Service,
    award_volunteer,
    award_volunteers,
    preview_awards,
)
from app.volunteers.service.gatherings import (
    count_heads,
    decide_stay,
    forget_positions,
    list_stays,
    open_gathering,
    pay_stays,
    show_code,
)
from app.volunteers.service.scanning import scan_in_or_out

__all__ = [
    "Activity",
    "BatchOutcome",
    "RowOutcome",
    "Service",
    "award_volunteer",
    "award_volunteers",
    "count_heads",
    "decide_stay",
    "forget_positions",
    "list_stays",
    "open_gathering",
    "pay_stays",
    "preview_awards",
    "scan_in_or_out",
    "show_code",
]
