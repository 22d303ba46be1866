"""Reads of photos, session first."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from app.media.errors import PhotoMissing
from app.media.models import Photo, Picture
from app.media.terms import ALIKE_AMONG, ALIKE_BITS, Check

# The newest photos are read once, from the index alone, and compared with all that are asked for.
_ALIKE = text("""
    WITH asked AS (
        SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:digests AS bytea[]), CAST(:hashes AS bigint[]),
                             CAST(:mirrors AS bigint[])) AS a (id, digest, hash, mirror)),
    recent AS MATERIALIZED (
        SELECT id, subject, hash FROM media_photos
         WHERE book = :book AND attached_at > :since ORDER BY attached_at DESC LIMIT :among),
    found AS (
        SELECT a.id, r.id AS like_id, r.subject,
               least(bit_count(CAST(r.hash # a.hash AS bit(64))), bit_count(CAST(r.hash # a.mirror AS bit(64)))) AS bits
          FROM asked a JOIN recent r ON r.hash IS NOT NULL AND a.hash IS NOT NULL
         UNION ALL
        SELECT a.id, same.id, same.subject, 0
          FROM asked a CROSS JOIN LATERAL (
               SELECT p.id, p.subject FROM media_photos p
                WHERE p.book = :book AND p.digest = a.digest AND p.subject <> :subject
                ORDER BY p.id LIMIT 1) same)
    SELECT DISTINCT ON (id) id, like_id, bits FROM found
     WHERE bits <= :bits_max AND subject <> :subject
     ORDER BY id, bits, like_id
""")


class Alike(NamedTuple):
    """A photo, the one before that it is like, and in how many bits they differ."""

    photo_id: UUID
    like_id: UUID
    bits: int


def lock_strays(session: Session, book: str, photo_ids: Collection[UUID]) -> Sequence[Photo]:
    """Photos by id, locked one after another; whoever attaches photos of a book next waits, and compares with these."""
    session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": f"media:{book}:attach"})
    query = select(Photo).where(Photo.book == book, Photo.id.in_(photo_ids)).order_by(Photo.id)
    return session.scalars(query.with_for_update(key_share=True)).all()


def find_alike(
    session: Session, book: str, photos: Sequence[Photo], *, subject: str, since: datetime
) -> Sequence[Alike]:
    """The photo most like each, among those handed in with something else: of the same bytes ever, alike since then."""
    rows = session.execute(
        _ALIKE,
        {
            "book": book,
            "ids": [photo.id for photo in photos],
            "digests": [photo.digest for photo in photos],
            "hashes": [photo.hash for photo in photos],
            "mirrors": [photo.mirror for photo in photos],
            "since": since,
            "among": ALIKE_AMONG,
            "bits_max": ALIKE_BITS,
            "subject": subject,
        },
    )
    return [Alike(*row) for row in rows]


def get_photo(session: Session, book: str, photo_id: UUID, *, owner_id: UUID | None) -> Photo:
    """One photo; of this owner, where given. Refuses PhotoMissing."""
    found = session.get(Photo, (book, photo_id))
    if found is None or owner_id not in {None, found.owner_id}:
        raise PhotoMissing
    return found


def get_jpeg(session: Session, book: str, photo_id: UUID) -> bytes:
    """The picture of a photo. Refuses PhotoMissing."""
    query = select(Picture.jpeg).where(Picture.book == book, Picture.photo_id == photo_id)
    found: bytes | None = session.scalar(query)
    if found is None:
        raise PhotoMissing
    return found


def find_photo(session: Session, photo_id: UUID) -> Photo | None:
    """A photo by its id alone, for who holds the key of its check."""
    return session.scalar(select(Photo).where(Photo.id == photo_id))


def lock_photo(session: Session, photo_id: UUID) -> Photo | None:
    """A photo that something is to be noted of."""
    query = select(Photo).where(Photo.id == photo_id).with_for_update(key_share=True)
    return session.scalar(query, execution_options={"populate_existing": True})


def lock_due_check(session: Session, *, now: datetime) -> Photo | None:
    """The photo that WeChat is to be asked about next."""
    return session.scalar(
        select(Photo)
        .where(Photo.check_state == Check.WAITING, Photo.check_due_at <= now)
        .order_by(Photo.check_due_at)
        .limit(1)
        .with_for_update(skip_locked=True, key_share=True)
    )


def list_of_person(session: Session, person_id: UUID, *, after: UUID | None, limit: int) -> Sequence[Photo]:
    """Somebody's photos, wherever he lived, the oldest first, those with an id above `after`."""
    query = select(Photo).where(Photo.person_id == person_id).order_by(Photo.id).limit(limit)
    return session.scalars(query if after is None else query.where(Photo.id > after)).all()


def list_of_subjects(session: Session, book: str, subjects: Collection[str]) -> Sequence[Photo]:
    """The photos of some subjects, nine of each at most, in the order they were taken in."""
    query = select(Photo).where(Photo.book == book, Photo.subject.in_(subjects)).order_by(Photo.id)
    return session.scalars(query).all()


def delete_strays(session: Session, *, before: datetime, limit: int) -> int:
    """Delete one batch of photos that nothing was handed in with."""
    old = (
        select(Photo.book, Photo.id)
        .where(Photo.subject.is_(None), Photo.uploaded_at < before)
        .order_by(Photo.uploaded_at)
        .limit(limit)
    )
    return _delete(session, session.execute(old.with_for_update(skip_locked=True)).all())


def delete_old(session: Session, *, before: datetime, limit: int) -> int:
    """Delete one batch of photos taken in before an instant."""
    old = select(Photo.book, Photo.id).where(Photo.uploaded_at < before).order_by(Photo.uploaded_at).limit(limit)
    return _delete(session, session.execute(old.with_for_update(skip_locked=True)).all())


def delete_of_person(session: Session, person_id: UUID, *, limit: int) -> int:
    """Delete one batch of somebody's photos, wherever he lived."""
    own = select(Photo.book, Photo.id).where(Photo.person_id == person_id).limit(limit)
    return _delete(session, session.execute(own.with_for_update()).all())


def _delete(session: Session, keys: Sequence[tuple[str, UUID]]) -> int:
    """Delete photos; their pictures go with them."""
    ids = [photo_id for _, photo_id in keys]
    if ids:
        session.execute(
            delete(Photo)
            .where(Photo.book.in_({book for book, _ in keys}), Photo.id.in_(ids))
            .execution_options(synchronize_session=False)
        )
    return len(ids)
