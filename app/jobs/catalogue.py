"""Every background job by name: what `uow.defer("feature.verb_noun", …)` may name, and what then runs.

A job runs its service function in one transaction, as the system, at least once and with effect exactly once.
"""

from collections.abc import Mapping

from app.jobs.terms import Act

JOBS: Mapping[str, Act] = {}
