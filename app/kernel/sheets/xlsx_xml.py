"""The parts of a workbook as streams of events: no tree is ever built, so a part's size is not its memory."""

import zipfile
import zlib
from collections.abc import Callable, Iterator
from xml.parsers import expat

from app.kernel.sheets.errors import FileBomb, FileEntities, FileUnreadable

CHUNK = 64 * 1024
DEPTH_MAX = 64
Start = Callable[[str, dict[str, str]], None]


class Events:
    """A parser that refuses document types (and with them every entity) and absurd depth. Subclasses take events."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.depth = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the start of an element; its name comes without a prefix."""

    def end(self, name: str) -> None:
        """Take its end."""

    def _doctype(self, *_: object) -> None:
        raise FileEntities

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > DEPTH_MAX:
            raise FileBomb(part="xml")
        self.start(name.rpartition(":")[2] if ":" in name else name, attributes)

    def _end(self, name: str) -> None:
        self.depth -= 1
        self.end(name.rpartition(":")[2] if ":" in name else name)


def feed(archive: zipfile.ZipFile, part: str, events: Events) -> Iterator[None]:
    """Parse one part, chunk after chunk; between two, take what `events` has gathered. Refuses FileUnreadable."""
    try:
        with archive.open(part) as stream:
            while chunk := stream.read(CHUNK):
                events.parser.Parse(chunk, False)  # noqa: FBT003 - the library's own signature
                yield
            events.parser.Parse(b"", True)  # noqa: FBT003 - the library's own signature
    except (KeyError, zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError, OSError, ValueError):
        raise FileUnreadable(part=part[-40:]) from None
    yield


def run(archive: zipfile.ZipFile, part: str, events: Events) -> None:
    """Parse one part to its end. Refuses as `feed`."""
    for _ in feed(archive, part, events):
        pass
