"""Who may do which step with a merchant's papers, and what of them may be seen."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from app.kernel.periods import DISTRICT
from app.merchants import errors
from app.merchants.errors import office
from app.merchants.rules.bank_files import Receiver, unfit
from app.merchants.terms import ApplicationKind, ApplicationState, BranchState, MerchantState

SHOWN_DIGITS = 4
LICENCE_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""Of GB 32100, by what each counts for."""
PARTS = {"holder": "账户户名", "bank": "银行名称", "account_no": "账号"}


def check_review(*, kind: str, state: str, applied_by: UUID, reviewer: UUID) -> None:
    """Refuse a first review that is not waited for, or by who applied."""
    if state != ApplicationState.OPEN or kind != ApplicationKind.ENROL:
        raise errors.ApplicationDecided(state=state)
    if reviewer == applied_by:
        raise errors.ReviewBySame


def check_approval(*, kind: str, state: str, applied_by: UUID, reviewed_by: UUID | None, approver: UUID) -> None:
    """Refuse an approval before the review, after the decision, or by one of the people of the steps before."""
    if state not in {ApplicationState.OPEN, ApplicationState.REVIEWED}:
        raise errors.ApplicationDecided(state=state)
    if kind == ApplicationKind.ENROL and state != ApplicationState.REVIEWED:
        raise errors.NotReviewed
    if approver in {applied_by, reviewed_by}:
        raise errors.ReviewBySame


def check_rejection(*, state: str, applied_by: UUID, by: UUID) -> None:
    """Refuse to reject what is decided, or one's own papers: those are withdrawn."""
    if state not in {ApplicationState.OPEN, ApplicationState.REVIEWED}:
        raise errors.ApplicationDecided(state=state)
    if by == applied_by:
        raise errors.ReviewBySame


def check_change(now_is: str, wanted: MerchantState | BranchState, *, changed_by: UUID | None, by: UUID) -> None:
    """Refuse a state that is the present one, what is closed, and to resume what one suspended oneself.

    What is suspended is not closed either: what closed is paid what it earned, so the stop is lifted first, by another.
    """
    if now_is == "closed":
        raise errors.MerchantClosed
    if now_is == wanted:
        raise errors.StateSame(state=wanted)
    if now_is == "suspended" and wanted == "closed":
        raise errors.CloseSuspended
    if now_is == "suspended" and changed_by == by:
        raise errors.ResumeBySame


def check_payout(*, name: str, state: str, branch_state: str, payable_from: datetime | None, now: datetime) -> None:
    """Refuse PayoutStopped while the merchant or the branch is suspended, PayoutHeld while its account is too new.

    What closed is paid what it earned.
    """
    if state == MerchantState.SUSPENDED or branch_state == BranchState.SUSPENDED:
        raise errors.PayoutStopped(name=name)
    if payable_from is not None and now < payable_from:
        raise errors.PayoutHeld(until=f"{payable_from.astimezone(DISTRICT):%Y-%m-%d %H:%M}")


def check_licence(licence_no: str) -> None:
    """Refuse LicenceWrong for a number of the right letters (GB 32100) whose last character does not fit the others."""
    total = sum(LICENCE_CHARACTERS.index(each) * pow(3, at, 31) for at, each in enumerate(licence_no[:-1]))
    check = LICENCE_CHARACTERS[-total % 31]
    if licence_no[-1] != check:
        raise office.LicenceWrong(licence_no=licence_no, check=check)


def check_bank(bank: Mapping[str, Any], *, field: str) -> None:
    """Refuse BankUnfit for what would be left out of every file for the bank (rules/bank_files.py)."""
    part = unfit(Receiver(account_no=bank["account_no"], holder=bank["holder"], bank=bank["bank"]))
    if part is not None:
        raise office.BankUnfit(part=part, what=PARTS[part], field=f"{field}.{part}")


def check_branches(branches: Sequence[Mapping[str, Any]]) -> None:
    """Refuse BranchTwice for two of one name in one street: nobody could tell which was meant."""
    seen: set[tuple[str, str]] = set()
    for each in branches:
        place = each["name"], each["street"]
        if place in seen:
            raise office.BranchTwice(name=each["name"], street=each["street"])
        seen.add(place)


def is_same_account(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Say whether money goes to the very same account, of which only the holder's name was corrected."""
    return (before["bank"], before["account_no"]) == (after["bank"], after["account_no"])


def masked(text: str, *, shown: int = SHOWN_DIGITS) -> str:
    """Show the end of a number: ****1234. One that is hardly longer than what is shown is not shown."""
    return f"****{text[-shown:]}" if len(text) >= shown * 2 else "****"


def masked_bank(bank: Mapping[str, Any]) -> str:
    """Name a bank account without telling it: 工商银行 ****1234."""
    return f"{bank['bank']} {masked(bank['account_no'])}"


def shown_of(papers: Mapping[str, Any]) -> dict[str, Any]:
    """What reviewers read of papers: the licence number (it hangs in the shop), everything else of people masked."""
    shown: dict[str, Any] = {}
    if "licence_no" in papers:
        shown |= {
            "licence_no": papers["licence_no"],
            "contact_name": papers["contact_name"],
            "contact_phone": f"{papers['contact_phone'][:3]}{masked(papers['contact_phone'])}",
            "branches": list(papers["branches"]),
        }
    if papers.get("bank"):
        shown |= {"bank": masked_bank(papers["bank"]), "bank_holder": papers["bank"]["holder"]}
    return shown
