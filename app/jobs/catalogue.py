"""Every background job by name: what `uow.defer("feature.verb_noun", …)` may name, and what then runs.

A job runs its service function in one transaction, as the system, at least once and with effect exactly once.
"""

from collections.abc import Mapping
from functools import partial

from app.enrolment import service as enrolment
from app.identity import service as identity
from app.jobs.terms import Act
from app.mall import service as mall
from app.media import service as media
from app.merchants import service as merchants
from app.notices import service as notices
from app.points.service.clearing import agreements, nettings, receiving, transfers
from app.reports import service as reports
from app.risk import service as risk

JOBS: Mapping[str, Act] = {
    "enrolment.read_file": enrolment.read_file,
    "enrolment.check_rows": enrolment.check_rows,
    "enrolment.commit_import": enrolment.commit_import,
    "enrolment.clear_lines": enrolment.clear_lines,
    "enrolment.undo_import": enrolment.undo_import,
    "media.forget_photos": media.forget_photos,
    "media.hear_verdict": media.hear_verdict,
    "mall.forget_person": mall.forget_person,
    "merchants.forget_complaints": merchants.forget_complaints,
    "notices.work_push": partial(notices.work_push, person_of=identity.find_person_of_openid),
    "enrolment.match_claim": enrolment.match_claim,
    "enrolment.match_waiting": enrolment.match_waiting,
    "enrolment.settle_household": enrolment.settle_household,
    "points.hear_approval": agreements.hear_approval,
    "points.hear_stop": agreements.hear_stop,
    "points.receive_transfer": receiving.receive_transfer,
    "points.settle_transfer": transfers.settle_transfer,
    "points.hear_netting": nettings.hear_netting,
    "reports.hear_text_verdict": reports.hear_text_verdict,
    "risk.forget_appeals": risk.forget_appeals,
    "risk.run_backtest": risk.run_backtest,
}
