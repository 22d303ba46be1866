import psycopg
import psycopg.errors
import pytest
from procrastinate.exceptions import ConnectorException
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.infra.failures import DatabaseBusy, DatabaseUnavailable, Failure, classify, refusal


def sqlalchemy_error(state: str | None) -> OperationalError:
    cause = psycopg.errors.lookup(state)("boom") if state else psycopg.OperationalError("connection refused")
    return OperationalError("SELECT 1", {}, cause)


@pytest.mark.parametrize(
    ("state", "failure"),
    [
        ("40001", Failure.CONTENDED),
        ("40P01", Failure.CONTENDED),
        ("55P03", Failure.CONTENDED),
        ("57014", Failure.BUSY),
        ("53300", Failure.BUSY),
        ("57P01", Failure.LOST),
        ("57P02", Failure.LOST),
        ("57P03", Failure.LOST),
        ("08006", Failure.LOST),
        ("08P01", Failure.LOST),
        ("53100", Failure.LOST),
        ("25006", Failure.LOST),
        ("25P03", Failure.LOST),
        (None, Failure.LOST),
        ("23505", Failure.DEFECT),
        ("22P05", Failure.DEFECT),
        ("42501", Failure.DEFECT),
        ("42P01", Failure.DEFECT),
    ],
)
def test_classify_knows_what_each_state_means(state, failure):
    error = sqlalchemy_error(state)
    assert classify(error) is failure
    assert classify(error.orig) is failure
    wrapped = ConnectorException()
    wrapped.__cause__ = error.orig
    assert classify(wrapped) is failure


def test_classify_takes_an_empty_pool_for_busy_and_a_bug_for_a_bug():
    assert classify(PoolTimeout("no free connection")) is Failure.BUSY
    assert classify(ValueError("ours")) is Failure.DEFECT
    assert classify(ConnectorException()) is Failure.DEFECT


def test_refusal_is_retryable():
    assert isinstance(refusal(Failure.LOST), DatabaseUnavailable)
    assert isinstance(refusal(Failure.BUSY), DatabaseBusy)
    assert isinstance(refusal(Failure.CONTENDED), DatabaseBusy)
    assert DatabaseBusy.retryable
    assert DatabaseUnavailable.retryable
