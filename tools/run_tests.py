"""`make test`: the servers of the session, then pytest on them; the last words on the screen are pytest's own.

With DATABASE_URL and REDIS_URL set, those servers are used. DATABASE_URL must then be a superuser, as the tests make
databases and the roles linli_owner and linli_app, and set the roles' passwords: give them a server that holds nothing
else. The addresses are not handed to the tests under those names.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType

import psycopg

from tools.embedded import for_tests
from tools.embedded.binaries import NEWEST_POSTGRES, OLDEST_POSTGRES
from tools.refusal import Refusal

ROOT = Path(__file__).resolve().parents[1]
WORKERS = 2
# The servers of a running installation: tests must not find them by accident. And tests start some seventy processes:
# without compiled files beside the sources each would compile the whole application again.
NOT_FOR_TESTS = (
    *("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "LINLI_MODE", "LINLI_DATA_DIR", "LINLI_PORT"),
    "PYTHONDONTWRITEBYTECODE",
)


def main(arguments: list[str]) -> int:
    """Run pytest with `arguments` on servers of the session's own; its status, or 2 when there are no servers."""
    try:
        _take_given_servers()
        with for_tests.ensure_servers() as servers:
            return _run_pytest(arguments, servers)
    except Refusal as refusal:
        print(f"linli: {refusal}", file=sys.stderr)
        return 2


def _take_given_servers() -> None:
    """Turn DATABASE_URL and REDIS_URL into the addresses for tests; refuses one without the other."""
    database, redis = os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL")
    if os.environ.get(for_tests.SERVER_URL_VARIABLE) or not (database or redis):
        return
    if not (database and redis):
        missing = "REDIS_URL" if database else "DATABASE_URL"
        raise Refusal(f"{missing} is not set: set both DATABASE_URL and REDIS_URL to use servers of yours, or neither.")
    _require_usable(database)
    os.environ[for_tests.SERVER_URL_VARIABLE] = database
    os.environ[for_tests.REDIS_URL_VARIABLE] = redis


def _require_usable(url: str) -> None:
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            version = connection.info.server_version // 10000
            row = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    except psycopg.Error as failure:
        raise Refusal(f"The server of DATABASE_URL does not answer: {str(failure).strip()}") from None
    if not OLDEST_POSTGRES <= version <= NEWEST_POSTGRES:
        raise Refusal(f"The server of DATABASE_URL is PostgreSQL {version}; Linli needs 15 to 18.")
    if not row or not row[0]:
        raise Refusal(
            "The role of DATABASE_URL is no superuser, which tests need: they make databases and roles. Name one on a "
            "server that holds nothing else, or unset DATABASE_URL and REDIS_URL to use embedded servers."
        )


def _run_pytest(arguments: list[str], servers: for_tests.TestServers) -> int:
    environment = {name: value for name, value in os.environ.items() if name not in NOT_FOR_TESTS}
    environment |= {
        for_tests.SERVER_URL_VARIABLE: servers.server_url,
        for_tests.REDIS_URL_VARIABLE: servers.redis_url,
    }
    # A shell starts what runs in the background with this signal ignored, and so would be everything started from here.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    pytest = subprocess.Popen(
        # Each worker gets a half that hangs together, so that the fixtures of a file are made once; whoever is done
        # first takes over from the other.
        [sys.executable, "-m", "pytest", "-n", str(WORKERS), "--dist", "worksteal", *arguments],
        cwd=ROOT,
        env=environment,
    )

    def pass_on(number: int, _frame: FrameType | None) -> None:
        # Ctrl-C at a terminal reaches pytest by itself; a signal sent to this process alone does not.
        if number != signal.SIGINT or not sys.stdin.isatty():
            pytest.send_signal(signal.SIGINT)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, pass_on)
    return pytest.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
