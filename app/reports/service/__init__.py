"""Reports for their callers: filing and deciding them, and which problem they are of."""

from app.reports.service.filing import accept_report, file_report, hear_text_verdict, list_reports, reject_report
from app.reports.service.problems import join_report, list_reports_of, split_report

__all__ = [
    "accept_report",
    "file_report",
    "hear_text_verdict",
    "join_report",
    "list_reports",
    "list_reports_of",
    "reject_report",
    "split_report",
]
