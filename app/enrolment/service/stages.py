"""How an import ends or stops: its state, and why."""

from app.enrolment.models import Import
from app.enrolment.terms import ImportState
from app.kernel.errors import DomainError


def progress_name(found: Import) -> str:
    """Under which name others are told how far the commit of an import is."""
    return f"enrolment:{found.id}"


def finish_refused(found: Import, refusal: DomainError) -> None:
    """End an import whose file is not taken."""
    found.state = str(ImportState.REFUSED)
    keep_failure(found, refusal)


def keep_failure(found: Import, refusal: DomainError) -> None:
    """Keep why something was not done, for whoever asks after the job."""
    found.failure = refusal.code
    found.failure_detail = {"zh": refusal.detail("zh"), "en": refusal.detail("en")}
