"""Names of strangers, looked up by the machine's resolver without one of them holding up the others.

The resolver cannot be told to stop: for a name whose servers are dead it holds a thread for up to half a minute, long
after whoever asked has given up. A few such names would fill the few threads an event loop has. So each look-up has a
thread of its own, of which a name has one at a time however often it is asked for.
"""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Sequence

LOOKUPS_MAX = 128
"""Of one process, so that strangers' dead names cannot take threads without end; a shop has few endpoints."""

Key = tuple[str, int]
Found = list[str] | OSError


class SystemResolver:
    """Gives the addresses of a name. Of one event loop. Raises OSError: no such name, or too many that hang."""

    def __init__(self) -> None:
        """Begin with nothing under way."""
        self._under_way: dict[Key, asyncio.Future[Found]] = {}

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        """Look a name up, or wait for whoever is at it."""
        key = (host, port)
        waited = self._under_way.get(key)
        if waited is None:
            waited = self._begin(key)
        found = await asyncio.shield(waited)  # whoever gives up gives up for himself
        if isinstance(found, OSError):
            raise found
        return found

    def _begin(self, key: Key) -> "asyncio.Future[Found]":
        if len(self._under_way) >= LOOKUPS_MAX:
            raise OSError("too many names are being looked up")
        loop = asyncio.get_running_loop()
        self._under_way[key] = waited = loop.create_future()
        waited.add_done_callback(lambda _: self._under_way.pop(key))
        threading.Thread(target=_look_up, args=(loop, waited, *key), name="resolver", daemon=True).start()
        return waited


def _look_up(loop: asyncio.AbstractEventLoop, waited: "asyncio.Future[Found]", host: str, port: int) -> None:
    found: Found
    try:
        entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        found = list(dict.fromkeys(str(entry[4][0]) for entry in entries))
    except (OSError, UnicodeError) as error:
        found = OSError(str(error))
    with contextlib.suppress(RuntimeError):  # the loop ended meanwhile
        loop.call_soon_threadsafe(waited.set_result, found)
