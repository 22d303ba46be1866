"""Volunteering: awards by rule, those that wait for a second person, and gatherings where people check in on site."""

from app.volunteers.service.awards import (
    BatchOutcome,
    RowOutcome,
    award_volunteer,
    award_volunteers,
    preview_awards,
)
from app.volunteers.service.checks import (
    confirm_award,
    expire_checks,
    list_checks,
    list_given_checks,
    list_own_checks,
    reject_award,
)
from app.volunteers.service.facts import Activity, Service
from app.volunteers.service.gatherings import (
    count_heads,
    decide_stay,
    forget_positions,
    list_stays,
    open_gathering,
    pay_stays,
    show_code,
)
from app.volunteers.service.policies import (
    approve_policy,
    list_policy_proposals,
    propose_policy,
    reject_policy,
    set_policy,
    show_policy,
    withdraw_policy,
)
from app.volunteers.service.scanning import scan_in_or_out

__all__ = [
    "Activity",
    "BatchOutcome",
    "RowOutcome",
    "Service",
    "approve_policy",
    "award_volunteer",
    "award_volunteers",
    "confirm_award",
    "count_heads",
    "decide_stay",
    "expire_checks",
    "forget_positions",
    "list_checks",
    "list_given_checks",
    "list_own_checks",
    "list_policy_proposals",
    "list_stays",
    "open_gathering",
    "pay_stays",
    "preview_awards",
    "propose_policy",
    "reject_award",
    "reject_policy",
    "scan_in_or_out",
    "set_policy",
    "show_code",
    "show_policy",
    "withdraw_policy",
]
