"""Gatherings and who stayed how long; awards that a second person looks at."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    Double,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base

INSTANT = DateTime(timezone=True)


class Gathering(Base):
    """An activity at a place and a time. `key` makes its codes; positions are WGS-84."""

    __tablename__ = "volunteers_gatherings"
    __table_args__ = (
        ForeignKeyConstraint(["book_id"], ["points_books.id"]),
        CheckConstraint("char_length(title) BETWEEN 1 AND 200", name="title"),
        CheckConstraint("starts_at < ends_at", name="times"),
        CheckConstraint("(heads IS NULL) = (counted_at IS NULL) AND heads BETWEEN 0 AND 10000", name="heads"),
    )
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    rule: Mapped[str] = mapped_column(Text)
    starts_at: Mapped[datetime] = mapped_column(INSTANT)
    ends_at: Mapped[datetime] = mapped_column(INSTANT)
    minutes_min: Mapped[int] = mapped_column(Integer)
    lat: Mapped[float] = mapped_column(Double)
    lng: Mapped[float] = mapped_column(Double)
    key: Mapped[bytes] = mapped_column(LargeBinary)
    opened_by: Mapped[UUID] = mapped_column(Uuid)
    opened_at: Mapped[datetime] = mapped_column(INSTANT)
    heads: Mapped[int | None] = mapped_column(Integer)
    counted_at: Mapped[datetime | None] = mapped_column(INSTANT)


class Stay(Base):
    """Somebody at a gathering, from the scan in to the scan out, and what anti-fraud said of each."""

    __tablename__ = "volunteers_stays"
    __table_args__ = (
        ForeignKeyConstraint(
            ["book_id", "gathering_id"], ["volunteers_gatherings.book_id", "volunteers_gatherings.id"]
        ),
        CheckConstraint("num_nulls(out_at, out_outcome) IN (0, 2) AND out_at > in_at", name="out"),
        CheckConstraint("num_nulls(verdict, decided_by, decided_at, reason) IN (0, 4)", name="decided"),
        CheckConstraint("verdict IN ('accepted', 'rejected')", name="verdict"),
        Index(None, "book_id", "resident_id", "in_at"),
        Index("ix_volunteers_stays_positions", "in_at", postgresql_where=text("in_lat IS NOT NULL")),
    )
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    gathering_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    resident_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    in_at: Mapped[datetime] = mapped_column(INSTANT)
    in_lat: Mapped[float | None] = mapped_column(Double)
    in_lng: Mapped[float | None] = mapped_column(Double)
    in_outcome: Mapped[str] = mapped_column(Text)
    out_at: Mapped[datetime | None] = mapped_column(INSTANT)
    out_lat: Mapped[float | None] = mapped_column(Double)
    out_lng: Mapped[float | None] = mapped_column(Double)
    out_outcome: Mapped[str | None] = mapped_column(Text)
    verdict: Mapped[str | None] = mapped_column(Text)
    decided_by: Mapped[UUID | None] = mapped_column(Uuid)
    decided_at: Mapped[datetime | None] = mapped_column(INSTANT)
    reason: Mapped[str | None] = mapped_column(Text)


class Policy(Base):
    """By what a book's awards are held back; the newest row counts.

    `paper_points_max`, `alone_points_max`: most points a coordinator gives one resident within a day before somebody
    else has to confirm, without and with a check-in. `roster_required`: without one nothing is given.
    `sample_permille`: how many of a thousand paid awards are looked at. `proposal_id`: two people agreed on it; without
    one it holds no fewer awards back than the one before.
    """

    __tablename__ = "volunteers_award_policies"
    __table_args__ = (
        ForeignKeyConstraint(["book_id"], ["points_books.id"]),
        ForeignKeyConstraint(
            ["book_id", "proposal_id"], ["volunteers_policy_proposals.book_id", "volunteers_policy_proposals.id"]
        ),
    )
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    roster_required: Mapped[bool]
    paper_points_max: Mapped[int] = mapped_column(BigInteger)
    alone_points_max: Mapped[int] = mapped_column(BigInteger)
    sample_permille: Mapped[int] = mapped_column(Integer)
    set_by: Mapped[UUID] = mapped_column(Uuid)
    set_at: Mapped[datetime] = mapped_column(INSTANT)
    proposal_id: Mapped[UUID | None] = mapped_column(Uuid)


class PolicyProposal(Base):
    """A policy that holds fewer awards back, until another treasurer has approved it. `policy_id`: that of then."""

    __tablename__ = "volunteers_policy_proposals"
    __table_args__ = (
        ForeignKeyConstraint(["book_id"], ["points_books.id"]),
        CheckConstraint("char_length(reason) BETWEEN 1 AND 200", name="reason"),
        Index("ix_volunteers_policy_proposals_state", "book_id", "state", "id"),
    )
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    policy_id: Mapped[UUID | None] = mapped_column(Uuid)
    roster_required: Mapped[bool]
    paper_points_max: Mapped[int] = mapped_column(BigInteger)
    alone_points_max: Mapped[int] = mapped_column(BigInteger)
    sample_permille: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    proposed_by: Mapped[UUID] = mapped_column(Uuid)
    proposer_owner_id: Mapped[UUID] = mapped_column(Uuid)
    proposed_at: Mapped[datetime] = mapped_column(INSTANT)
    expires_at: Mapped[datetime] = mapped_column(INSTANT)
    decided_by: Mapped[UUID | None] = mapped_column(Uuid)
    decided_at: Mapped[datetime | None] = mapped_column(INSTANT)
    decision_reason: Mapped[str | None] = mapped_column(Text)


class AwardCheck(Base):
    """An award at which a second person looks: held back until then, or (`sample`) paid already.

    Named as the ledger's register of awards names it. `points`: foreseen. What states allow is checked in
    migrations/sql/0030_check_awards.sql.
    """

    __tablename__ = "volunteers_award_checks"
    __table_args__ = (
        ForeignKeyConstraint(["book_id"], ["points_books.id"]),
        UniqueConstraint("book_id", "fact_id", name="uq_volunteers_award_checks_fact"),
        Index("ix_volunteers_award_checks_state", "book_id", "state", "id"),
        Index("ix_volunteers_award_checks_by", "book_id", "awarded_by", "id"),
        Index("ix_volunteers_award_checks_beneficiary", "book_id", "beneficiary_id", "id"),
        Index("ix_volunteers_award_checks_fact", "book_id", "subject", "rule_code"),
        Index(
            "ix_volunteers_award_checks_expires",
            "expires_at",
            postgresql_where=text("state = 'open' AND expires_at IS NOT NULL"),
        ),
    )
    book_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    fact_id: Mapped[UUID] = mapped_column(Uuid)
    why: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    rule_code: Mapped[str] = mapped_column(Text)
    rule_version: Mapped[int] = mapped_column(Integer)
    subject: Mapped[str] = mapped_column(Text)
    beneficiary_id: Mapped[UUID] = mapped_column(Uuid)
    performed_on: Mapped[date] = mapped_column(Date)
    title: Mapped[str] = mapped_column(Text)
    minutes: Mapped[int | None] = mapped_column(Integer)
    events: Mapped[int | None] = mapped_column(Integer)
    grade: Mapped[str | None] = mapped_column(Text)
    chosen_points: Mapped[int | None] = mapped_column(BigInteger)
    computed_points: Mapped[int] = mapped_column(BigInteger)
    points: Mapped[int] = mapped_column(BigInteger)
    budget_id: Mapped[UUID] = mapped_column(Uuid)
    allotment_id: Mapped[UUID | None] = mapped_column(Uuid)
    evidence: Mapped[str | None] = mapped_column(Text)
    decision_id: Mapped[UUID] = mapped_column(Uuid)
    awarded_by: Mapped[UUID] = mapped_column(Uuid)
    awarder_owner_id: Mapped[UUID] = mapped_column(Uuid)
    asked_at: Mapped[datetime] = mapped_column(INSTANT)
    expires_at: Mapped[datetime | None] = mapped_column(INSTANT)
    award_id: Mapped[UUID | None] = mapped_column(Uuid)
    decided_by: Mapped[UUID | None] = mapped_column(Uuid)
    decided_at: Mapped[datetime | None] = mapped_column(INSTANT)
    reason: Mapped[str | None] = mapped_column(Text)
