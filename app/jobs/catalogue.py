"""Every background job by name: what `uow.defer("feature.verb_noun", …)` may name, and what then runs.

A job runs its service function in one transaction, as the system, at least once and with effect exactly once.
"""

from collections.abc import Mapping

from app.jobs.terms import Act
from app.points.service.clearing import agreements, nettings, receiving, transfers

JOBS: Mapping[str, Act] = {
    "points.hear_approval": agreements.hear_approval,
    "points.hear_stop": agreements.hear_stop,
    "points.receive_transfer": receiving.receive_transfer,
    "points.settle_transfer": transfers.settle_transfer,
    "points.hear_netting": nettings.hear_netting,
}
