"""What is looked at before a workbook is opened: a small file may unpack to more than a server holds."""

import io
import zipfile

from app.kernel.sheets.errors import FileBomb, FileOldOrLocked, FileUnreadable

OLE_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")  # Excel 97 to 2003, and every workbook with a password
ENTRY_MAGIC = b"PK\x01\x02"
ENTRIES_MAX = 1000
UNPACKED_MAX = 128 * 1024 * 1024  # three times a full list
STRINGS_MAX = 48 * 1024 * 1024
RATIO_MAX = 200
SMALL = 1024 * 1024  # below this a ratio says nothing
ENCRYPTED_FLAG = 0x1
METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})


def open_archive(content: bytes) -> zipfile.ZipFile:
    """Open the archive that a workbook is, after a look at its directory alone; nothing is unpacked here.

    An entry never gives more than its directory says, so the directory cannot lie to any purpose. Refuses
    FileOldOrLocked, FileUnreadable, FileBomb.
    """
    if content.startswith(OLE_MAGIC):
        raise FileOldOrLocked
    if content.count(ENTRY_MAGIC) > ENTRIES_MAX:  # before the directory itself becomes a hundred thousand objects
        raise FileBomb(part=f"> {ENTRIES_MAX} entries")
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise FileUnreadable(part="zip") from None
    entries = archive.infolist()
    if sum(entry.file_size for entry in entries) > UNPACKED_MAX:
        raise FileBomb(part=f"> {UNPACKED_MAX // SMALL} MiB")
    for entry in entries:
        _check(entry)
    if len({entry.filename for entry in entries}) < len(entries):
        raise FileUnreadable(part="zip")
    return archive


def _check(entry: zipfile.ZipInfo) -> None:
    if entry.flag_bits & ENCRYPTED_FLAG:
        raise FileOldOrLocked
    if entry.compress_type not in METHODS:
        raise FileUnreadable(part="zip")
    if entry.file_size > SMALL and entry.file_size > RATIO_MAX * max(entry.compress_size, 1):
        raise FileBomb(part=_name(entry))
    if entry.filename.lower().endswith("sharedstrings.xml") and entry.file_size > STRINGS_MAX:
        raise FileBomb(part=_name(entry))


def _name(entry: zipfile.ZipInfo) -> str:
    return "".join(c for c in entry.filename[-40:] if c.isprintable())
