"""Ways in which WeChat fails, to be switched on by a test or a developer."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from flask import Response

HTML = "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>"
KINDS = {
    "stall": "accepts the request and says nothing for `seconds`, then answers as usual",
    "drip": "sends the answer byte by byte, a tenth of a second apart",
    "html": "answers an error page with status 200",
    "gateway": "answers an error page with status 502",
    "garbage": "answers bytes that are no JSON",
    "busy": "answers errcode -1",
    "quota": "answers errcode 45009",
    "late": "does what was asked, and then says nothing for `seconds`",
    "watermark": "puts another AppID into the watermark",
}


@dataclass
class Fault:
    """A fault of one call, or of all (`*`), for so many `times` (None: until it is taken back)."""

    call: str
    kind: str
    seconds: float = 10.0
    times: int | None = None


@dataclass
class Faults:
    """The faults that are on. Stalled answers go on at once when all are taken back."""

    on: list[Fault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _released: threading.Event = field(default_factory=threading.Event)
    stalled: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    """Released once for every request that begins to wait: a test may wait for that."""

    def add(self, fault: Fault) -> None:
        """Switch one on."""
        with self._lock:
            self.on.append(fault)

    def clear(self) -> None:
        """Take all back, and let go whoever waits."""
        with self._lock:
            self.on.clear()
            self._released.set()
            self._released = threading.Event()

    def take(self, call: str) -> Fault | None:
        """Give the fault of this call, using it up once."""
        with self._lock:
            for fault in self.on:
                if fault.call in {"*", call}:
                    if fault.times is not None:
                        fault.times -= 1
                        if fault.times <= 0:
                            self.on.remove(fault)
                    return fault
        return None

    def wait(self, seconds: float) -> None:
        """Say nothing for so long."""
        with self._lock:
            released = self._released
        self.stalled.release()
        released.wait(seconds)

    def drip(self, text: bytes, media_type: str) -> Response:
        """Send bytes a tenth of a second apart."""
        with self._lock:
            released = self._released

        def bytes_one_by_one() -> Iterator[bytes]:
            for each in text:
                yield bytes([each])
                released.wait(0.1)

        response = Response(bytes_one_by_one(), content_type=media_type)
        response.headers["Content-Length"] = str(len(text))
        return response
