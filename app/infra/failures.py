"""What a failing database means to the caller: try again, come back later, or a defect of ours."""

from enum import Enum, auto

import psycopg
from procrastinate.exceptions import ConnectorException
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.kernel.errors import DomainError, Kind


class DatabaseUnavailable(DomainError):
    """Nothing was kept, or nobody knows whether the commit arrived; repeating it with the same key is safe."""

    kind = Kind.UNAVAILABLE
    code = "infra.database_unavailable"
    text = {
        "zh": "数据库暂时不可用,请稍后用同样的内容重试。",
        "en": "The database is not available right now; please retry the same request shortly.",
    }
    retryable = True


class DatabaseBusy(DomainError):
    """A lock, a statement or a free connection could not be had in time."""

    kind = Kind.UNAVAILABLE
    code = "infra.database_busy"
    text = {
        "zh": "系统繁忙,请稍后用同样的内容重试。",
        "en": "The system is busy; please retry the same request shortly.",
    }
    retryable = True


class Failure(Enum):
    """The four answers to a database error."""

    CONTENDED = auto()  # serialization failure, deadlock, lock not available: run the act again
    LOST = auto()  # the connection is gone
    BUSY = auto()  # out of time or of connections: tell the caller to come back
    DEFECT = auto()  # our own mistake: let it through to the 500


CONTENDED_STATES = frozenset({"40001", "40P01", "55P03"})
BUSY_STATES = frozenset({"57014", "53300", "53400"})  # statement timeout, too many connections, configuration limit
# 57P01 to 57P05: shutdown, crash, starting up, dropped, idle; 25006: a standby answers; 25P03: idle in transaction
LOST_STATES = frozenset({"57P01", "57P02", "57P03", "57P04", "57P05", "25006", "25P03"})
LOST_CLASSES = frozenset({"08", "53", "58"})  # connection exception, insufficient resources, system error


# the queue and COPY speak to the driver itself, so its errors arrive unwrapped as well
DATABASE_ERRORS = (SQLAlchemyError, psycopg.Error, ConnectorException)


def classify(error: Exception) -> Failure:
    """Say what a database error means. Anything unknown is a defect."""
    if isinstance(error, PoolTimeout):
        return Failure.BUSY
    driver_error = _driver_error(error)
    state = getattr(driver_error, "sqlstate", None) or ""
    if state in CONTENDED_STATES:
        return Failure.CONTENDED
    if state in BUSY_STATES:
        return Failure.BUSY
    if state in LOST_STATES or state[:2] in LOST_CLASSES or getattr(error, "connection_invalidated", False):
        return Failure.LOST
    # a failed connect carries no state at all: refused, timed out, still starting up
    stateless = not state and isinstance(driver_error, psycopg.OperationalError | psycopg.InterfaceError)
    return Failure.LOST if stateless else Failure.DEFECT


def _driver_error(error: Exception) -> BaseException | None:
    if isinstance(error, DBAPIError):
        return error.orig
    return error.__cause__ if isinstance(error, ConnectorException) else error


def refusal(failure: Failure) -> DomainError:
    """Give the refusal to raise once trying again is over."""
    return DatabaseUnavailable() if failure is Failure.LOST else DatabaseBusy()
