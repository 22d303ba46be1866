"""How many messages somebody accepts: one acceptance in wx.requestSubscribeMessage is one message, and never lapses.

WeChat has no call that tells how many are left, so they are counted here: from what the mini-program reports, and from
what WeChat pushes, each acceptance once. The count only spares calls that would fail: whether a message may be sent is
WeChat's to say, and its no (43101) makes it zero. So does switching a template off in WeChat's settings. A no to one
question takes nothing away: what was accepted before is still good.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert

from app.infra.unit_of_work import UnitOfWork
from app.infra.wechat.calls import NO_SUBSCRIPTION
from app.notices import queries
from app.notices.errors import TemplateUnknown
from app.notices.models import Subscription
from app.notices.rules.accepting import Heard, hear
from app.notices.rules.pushes import EventLine
from app.notices.rules.templates import Template
from app.notices.service.templates import templates
from app.notices.terms import REMAINING_MAX, Answer, Event, Source


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
            accept(uow, person_id=uow.actor.id, template=template.key, source=Source.REPORT)
    return list_own_templates(uow)


def hear_event(uow: UnitOfWork, *, event: Event, person_id: UUID, lines: Iterable[EventLine]) -> None:
    """Count by what WeChat pushed: yes to a question, switched off in the settings, not delivered for want of a yes."""
    by_id = {template.template_id: template.key for template in templates().values()}
    for line in sorted(lines, key=lambda each: each.template_id):
        template = by_id.get(line.template_id)
        if template is None:  # one that is not in the operator's file (any more)
            continue
        if event is Event.POPUP and line.status == Answer.ACCEPT:
            accept(uow, person_id=person_id, template=template, source=Source.PUSH)
        elif (event is Event.CHANGE and line.status == Answer.REJECT) or (
            event is Event.SENT and line.errcode == NO_SUBSCRIPTION
        ):
            empty(uow, person_id=person_id, template=template)


def accept(uow: UnitOfWork, *, person_id: UUID, template: str, source: Source) -> None:
    """Count one acceptance, unless the other of the two has told of it before."""
    row = insert(Subscription).values(person_id=person_id, template=template, remaining=0, changed_at=uow.now)
    uow.session.execute(row.on_conflict_do_nothing())
    found = queries.lock_subscription(uow.session, person_id, template)
    heard, is_news = hear(Heard(found.reported, found.pushed, found.heard_at), source, uow.now)
    found.reported, found.pushed, found.heard_at = heard.reported, heard.pushed, heard.since
    if is_news:
        found.remaining, found.changed_at = min(found.remaining + 1, REMAINING_MAX), uow.now
    uow.session.flush()


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
