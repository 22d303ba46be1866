"""How many messages somebody accepts: one acceptance in wx.requestSubscribeMessage is one message, and never lapses.

WeChat has no call that tells how many are left, so they are counted here, from what the mini-program reports. The count
only spares calls that would fail: whether a message may be sent is WeChat's to say, and its no (43101) makes it zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert

from app.infra.unit_of_work import UnitOfWork
from app.notices import queries
from app.notices.errors import TemplateUnknown
from app.notices.models import Subscription
from app.notices.rules.templates import Template
from app.notices.service.templates import templates
from app.notices.terms import REMAINING_MAX, Answer


@dataclass(frozen=True, slots=True)
class OwnTemplate:
    """A template, and how many more of it the person accepts."""

    template: Template
    remaining: int


@dataclass(frozen=True, slots=True)
class TemplateAnswer:
    """What the person answered for one template."""

    template_id: str
    answer: Answer


def list_own_templates(uow: UnitOfWork) -> list[OwnTemplate]:
    """What whoever asks may be told about, and how often still. Refuses TemplatesFileWrong."""
    remaining = queries.find_remaining(uow.session, uow.actor.id)
    return [OwnTemplate(each, remaining.get(each.key, 0)) for each in templates().values()]


def add_answers(uow: UnitOfWork, *, answers: Sequence[TemplateAnswer]) -> list[OwnTemplate]:
    """Count what whoever asks has just accepted. Refuses TemplateUnknown, TemplatesFileWrong."""
    by_id = {template.template_id: template for template in templates().values()}
    for each in sorted(answers, key=lambda answer: answer.template_id):  # one order, so that two never wait in a ring
        template = by_id.get(each.template_id)
        if template is None:
            raise TemplateUnknown(template=each.template_id)
        if each.answer is Answer.ACCEPT:
            give_back(uow, person_id=uow.actor.id, template=template.key)
    return list_own_templates(uow)


def take_one(uow: UnitOfWork, *, person_id: UUID, template: str) -> bool:
    """Use up one acceptance; False when there is none."""
    taken = uow.session.execute(
        update(Subscription)
        .where(Subscription.person_id == person_id, Subscription.template == template, Subscription.remaining > 0)
        .values(remaining=Subscription.remaining - 1, changed_at=uow.now)
        .returning(Subscription.remaining)
        .execution_options(synchronize_session=False)
    )
    return taken.first() is not None


def give_back(uow: UnitOfWork, *, person_id: UUID, template: str) -> None:
    """Add one acceptance, up to fifty."""
    row = insert(Subscription).values(person_id=person_id, template=template, remaining=1, changed_at=uow.now)
    uow.session.execute(
        row.on_conflict_do_update(
            index_elements=["person_id", "template"],
            set_={"remaining": func.least(Subscription.remaining + 1, REMAINING_MAX), "changed_at": uow.now},
        )
    )


def empty(uow: UnitOfWork, *, person_id: UUID, template: str) -> None:
    """Believe WeChat that there is none."""
    uow.session.execute(
        update(Subscription)
        .where(Subscription.person_id == person_id, Subscription.template == template)
        .values(remaining=0, changed_at=uow.now)
        .execution_options(synchronize_session=False)
    )
