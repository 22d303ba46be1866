"""Photos: taken in, handed in with something, shown, judged by WeChat, deleted."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from hmac import compare_digest
from uuid import UUID

from sqlalchemy.orm import Session

from app.infra import wechat
from app.infra.addresses import public_base_url
from app.infra.unit_of_work import UnitOfWork
from app.infra.wechat.errors import WeChatBusy, WeChatQuotaSpent, WeChatUnavailable
from app.infra.wechat.terms import ContentScene, MediaType
from app.kernel.errors import DomainError
from app.media import queries, terms
from app.media.errors import PhotoMissing, PhotoTwice, PhotoUsed
from app.media.models import Photo, Picture
from app.media.rules import Drawn
from app.media.terms import Check
from app.notices import service as notices

OpenidOf = Callable[[Session, UUID], str | None]


@dataclass(frozen=True, slots=True)
class PhotoQuestion:
    """A photo to have judged: by whom, and where WeChat may fetch it."""

    photo_id: UUID
    attempt: int
    openid: str = field(repr=False)
    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PhotoAnswer:
    """The trace id under which the verdict will come. None: nobody but a person will judge it."""

    trace_id: str | None


def take_photo(uow: UnitOfWork, *, book: str, drawn: Drawn) -> Photo:
    """Take in a photo, already drawn anew. It is the actor's, and goes within a day if nothing is handed in with it."""
    photo = Photo(
        book=book,
        id=uow.new_id(),
        owner_id=uow.actor.id,
        person_id=uow.actor.person_id or uow.actor.id,
        uploaded_at=uow.now,
        digest=drawn.digest,
        hash=drawn.hash,
        mirror=drawn.mirror,
        width=drawn.width,
        height=drawn.height,
        check_state=Check.WAITING,
        check_attempts=0,
        check_due_at=uow.now,
    )
    uow.session.add(photo)
    uow.session.flush()
    uow.session.add(Picture(book=photo.book, photo_id=photo.id, jpeg=drawn.jpeg))
    return photo


def attach_photos(uow: UnitOfWork, *, book: str, photo_ids: Sequence[UUID], subject: str) -> Sequence[Photo]:
    """Hand in the actor's photos with `subject` ("report:<id>"), and note which of them were handed in before.

    Those of the same bytes are found however old, those alike (also cropped a little, compressed anew or mirrored)
    within ninety days. Photos of a book are compared one after another, so that two at once see each other. Refuses
    PhotoTwice, PhotoMissing (also for another's), PhotoUsed.
    """
    if not photo_ids:
        return []
    if len(set(photo_ids)) < len(photo_ids):
        raise PhotoTwice
    photos = queries.lock_strays(uow.session, book, photo_ids)
    if len(photos) < len(photo_ids) or any(photo.owner_id != uow.actor.id for photo in photos):
        raise PhotoMissing(field="photo_ids")
    if any(photo.subject is not None for photo in photos):
        raise PhotoUsed
    since = uow.now - terms.ALIKE_WITHIN
    alike = {
        found.photo_id: found for found in queries.find_alike(uow.session, book, photos, subject=subject, since=since)
    }
    for photo in photos:
        photo.subject, photo.attached_at = subject, uow.now
        if photo.id in alike:
            photo.like_id, photo.like_bits = alike[photo.id].like_id, alike[photo.id].bits
    uow.session.flush()
    return photos


def photos_of(uow: UnitOfWork, book: str, subjects: Collection[str]) -> Mapping[str, Sequence[Photo]]:
    """The photos that some things were handed in with."""
    found: dict[str, list[Photo]] = {}
    for photo in queries.list_of_subjects(uow.session, book, subjects) if subjects else ():
        found.setdefault(photo.subject or "", []).append(photo)
    return found


def show_picture(uow: UnitOfWork, *, book: str, photo_id: UUID, staff: bool) -> bytes:
    """A picture, to its owner and to `staff`. Refuses PhotoMissing."""
    queries.get_photo(uow.session, book, photo_id, owner_id=None if staff else uow.actor.id)
    return queries.get_jpeg(uow.session, book, photo_id)


def show_to_checker(uow: UnitOfWork, *, photo_id: UUID, key: bytes) -> bytes:
    """A picture that WeChat was asked about, within the hour. Refuses PhotoMissing."""
    photo = queries.find_photo(uow.session, photo_id)
    if photo is None or photo.check_key is None or not compare_digest(photo.check_key, key):
        raise PhotoMissing
    if photo.check_state != Check.WAITING or photo.uploaded_at + terms.STRAY_AFTER < uow.now:
        raise PhotoMissing
    return queries.get_jpeg(uow.session, photo.book, photo.id)


def claim_photo_check(uow: UnitOfWork, *, openid_of: OpenidOf) -> Sequence[PhotoQuestion]:
    """Take the photo that is due to be judged; empty when none is. A worker that dies with it loses ten minutes."""
    base = public_base_url()
    while (photo := queries.lock_due_check(uow.session, now=uow.now)) is not None:
        openid = openid_of(uow.session, photo.person_id) if photo.person_id else None
        if openid is not None and base is not None and photo.check_attempts < terms.ATTEMPTS_MAX:
            photo.check_attempts += 1
            photo.check_due_at = uow.now + terms.ASKED_AGAIN * photo.check_attempts
            photo.check_key = photo.check_key or uow.new_bytes(terms.KEY_BYTES)
            url = f"{base}/v1/photos/{photo.id}/{photo.check_key.hex()}"
            uow.session.flush()
            return [PhotoQuestion(photo.id, photo.check_attempts, openid, url)]
        _judge(photo, Check.REVIEW)
        uow.session.flush()
    return []


def ask_about_photo(question: PhotoQuestion) -> PhotoAnswer | None:
    """Ask WeChat to judge a photo; None: later. Takes seconds: outside of any transaction."""
    try:
        trace_id = wechat.client().check_media(
            openid=question.openid, url=question.url, media_type=MediaType.IMAGE, scene=ContentScene.COMMENT
        )
    except (WeChatUnavailable, WeChatBusy, WeChatQuotaSpent):
        return None
    except DomainError:  # not set up, or refused: nobody but a person will judge it
        return PhotoAnswer(None)
    return PhotoAnswer(trace_id)


def record_photo_check(uow: UnitOfWork, question: PhotoQuestion, answer: PhotoAnswer | None) -> None:
    """Write down under which trace id the verdict will come; or ask again later, or have a person look."""
    photo = queries.lock_photo(uow.session, question.photo_id)
    if photo is None or answer is None or photo.check_attempts != question.attempt:
        return
    if answer.trace_id is None:
        _judge(photo, Check.REVIEW)
        return
    photo.check_due_at = None
    notices.expect_media_result(uow, trace_id=answer.trace_id, subject=str(photo.id), job=terms.VERDICT_JOB)


def hear_verdict(uow: UnitOfWork, *, trace_id: str, subject: str, suggestion: str) -> None:  # noqa: ARG001 - the job's
    """Note what WeChat makes of a photo; the first verdict stays. Of one that is deleted: nothing."""
    photo = queries.lock_photo(uow.session, UUID(subject))
    if photo is not None and photo.check_state == Check.WAITING:
        _judge(photo, Check(suggestion))


def _judge(photo: Photo, verdict: Check) -> None:
    photo.check_state, photo.check_due_at, photo.check_key = verdict, None, None


def purge_photos(uow: UnitOfWork) -> int:
    """Delete one batch of photos that nothing was handed in with, or that were kept long enough; returns how many."""
    strays = queries.delete_strays(uow.session, before=uow.now - terms.STRAY_AFTER, limit=terms.PURGE_BATCH)
    return strays or queries.delete_old(uow.session, before=uow.now - terms.KEPT, limit=terms.PURGE_BATCH)


def read_own_data(uow: UnitOfWork, person_id: UUID, after: UUID | None, limit: int) -> Sequence[Photo]:
    """Read some of all photos that somebody handed in, in all books, the oldest first."""
    return queries.list_of_person(uow.session, person_id, after=after, limit=limit)


def forget_photos(uow: UnitOfWork, *, person_id: str) -> None:
    """Delete all photos of somebody whose account was closed."""
    while queries.delete_of_person(uow.session, UUID(person_id), limit=terms.PURGE_BATCH):
        pass
