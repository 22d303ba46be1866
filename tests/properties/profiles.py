"""How long hypothesis searches: briefly in every run, LINLI_HYPOTHESIS=deep for a night's search."""

import os

from hypothesis import HealthCheck, Phase, settings

# Deadlines measure a machine that others share; what a search finds is kept out of the source tree.
COMMON = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow], "database": None}


def load() -> None:
    """Choose the profile by the environment."""
    settings.register_profile("brief", max_examples=100, **COMMON)
    settings.register_profile("deep", max_examples=5_000, **COMMON)
    settings.load_profile("deep" if os.environ.get("LINLI_HYPOTHESIS") == "deep" else "brief")


def histories(*, brief: int, deep: int, steps: int) -> settings:
    """How many histories of how many steps a machine plays. Only the deep search shrinks what it finds: against a
    database that takes minutes.
    """
    if os.environ.get("LINLI_HYPOTHESIS") == "deep":
        return settings(max_examples=deep, stateful_step_count=steps)
    return settings(max_examples=brief, stateful_step_count=steps, phases=[Phase.generate])
