"""Pure decisions of identity."""

from app.identity.rules.demo import person_id

__all__ = ["person_id"]
