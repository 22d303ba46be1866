"""Which jobs are done."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base


class JobCompletion(Base):
    """Written in the transaction of the job's act: a job that is run again after a crash finds itself here."""

    __tablename__ = "jobs_completions"

    job_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    completed_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), index=True)
