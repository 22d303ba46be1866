"""Consents: which texts there are, who agreed to which version, and that he still does."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from app.identity import queries
from app.identity.errors import ConsentNeeded, ConsentNotGiven, ConsentTextMissing, ConsentVersionOld
from app.identity.models import Consent
from app.identity.service.sessions import person_of
from app.identity.terms import ConsentAct
from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Page, page_by_id, read_id

FILE = Path(__file__).parents[1] / "texts.json"


@dataclass(frozen=True, slots=True)
class ConsentText:
    """The current version of a text."""

    text: str
    version: str
    title: Mapping[str, str]
    body: Mapping[str, str]

    @property
    def hash(self) -> bytes:
        """The hash of everything that is shown."""
        shown = json.dumps([self.version, self.title, self.body], ensure_ascii=False, sort_keys=True)
        return sha256(shown.encode()).digest()


TEXTS: Mapping[str, ConsentText] = {
    code: ConsentText(text=code, **each) for code, each in json.loads(FILE.read_text(encoding="utf-8")).items()
}


def list_consent_texts() -> Sequence[ConsentText]:
    """List the texts in their current version."""
    return list(TEXTS.values())


def give_consent(uow: UnitOfWork, *, text: str, version: str) -> Consent:
    """Write down that the caller agrees to the current version of a text. Doing so again adds nothing.

    Refuses PersonMissing, ConsentTextMissing, ConsentVersionOld.
    """
    shown = _text(text)
    if version != shown.version:
        raise ConsentVersionOld(version=shown.version)
    queries.lock_person(uow.session, person_of(uow))
    last = queries.find_last_consent(uow.session, person_of(uow), text)
    if last is not None and (last.act, last.version) == (ConsentAct.GIVEN, version):
        return last
    return _add(uow, text, version, shown.hash, ConsentAct.GIVEN)


def withdraw_consent(uow: UnitOfWork, *, text: str) -> Consent:
    """Write down that the caller takes back what he agreed to, whichever version it was.

    Refuses PersonMissing, ConsentTextMissing, ConsentNotGiven.
    """
    _text(text)
    queries.lock_person(uow.session, person_of(uow))
    last = queries.find_last_consent(uow.session, person_of(uow), text)
    if last is None or last.act != ConsentAct.GIVEN:
        raise ConsentNotGiven
    return _add(uow, text, last.version, last.text_hash, ConsentAct.WITHDRAWN)


def list_own_consents(uow: UnitOfWork, *, limit: int, cursor: str | None) -> Page[Consent]:
    """List what the caller agreed to and took back, newest first."""
    rows = queries.list_consents(uow.session, person_of(uow), before=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda each: each.id)


def check_consent(uow: UnitOfWork, *, text: str, person_id: UUID | None = None) -> None:
    """Refuse ConsentNeeded unless the caller, or this person, agrees to the current version of a text.

    For whoever is about to do what takes a consent.
    """
    shown = _text(text)
    last = queries.find_last_consent(uow.session, person_id or person_of(uow), text)
    if last is None or (last.act, last.version) != (ConsentAct.GIVEN, shown.version):
        raise ConsentNeeded(title_zh=shown.title["zh"], title_en=shown.title["en"])


def _text(code: str) -> ConsentText:
    found = TEXTS.get(code)
    if found is None:
        raise ConsentTextMissing
    return found


def _add(uow: UnitOfWork, text: str, version: str, text_hash: bytes, act: ConsentAct) -> Consent:
    consent = Consent(
        id=uow.new_id(),
        person_id=person_of(uow),
        text=text,
        version=version,
        text_hash=text_hash,
        act=act,
        at=uow.now,
        session_id=uow.actor.session_id,
        acted_by=uow.actor.acted_by,
    )
    uow.session.add(consent)
    return consent
