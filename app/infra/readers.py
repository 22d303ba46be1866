"""How the text of a setting becomes its value. Each refuses with a ValueError that says what would be right."""

import base64
import binascii
import re
from collections.abc import Callable
from urllib.parse import urlsplit

SECRET_BYTES_MIN = 32


def url(*schemes: str) -> Callable[[str], str]:
    """Read an address of one of these schemes."""

    def read(text: str) -> str:
        right = f"an address such as {schemes[0]}://user:password@host:port/name"
        try:
            parts = urlsplit(text)
            _ = parts.port  # reading it is what checks it
        except ValueError:
            raise ValueError(right) from None
        if parts.scheme not in schemes or not (parts.netloc or parts.query):
            raise ValueError(right)
        return text

    return read


def whole(minimum: int, maximum: int) -> Callable[[str], int]:
    """Read a whole number within bounds."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) <= 18 and minimum <= int(text) <= maximum):
            raise ValueError(f"a whole number from {minimum} to {maximum}")
        return int(text)

    return read


def secret(text: str) -> str:
    """Read a secret that is long enough."""
    if len(text.encode()) < SECRET_BYTES_MIN:
        raise ValueError(f"a secret of at least {SECRET_BYTES_MIN} bytes")
    return text


def looks_like(pattern: str, right: str) -> Callable[[str], str]:
    """Read a text of a pattern; `right` says what that is."""

    def read(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(right)
        return text

    return read


def aes_key(text: str) -> str:
    """Read the 43 characters of an AES key of WeChat's."""
    right = "the 43 letters and digits of EncodingAESKey in the WeChat console"
    if not re.fullmatch(r"[A-Za-z0-9]{43}", text):
        raise ValueError(right)
    try:
        base64.b64decode(text + "=", validate=True)
    except binascii.Error:
        raise ValueError(right) from None
    return text


def one_of(*choices: str) -> Callable[[str], str]:
    """Read one of some words, in any case."""

    def read(text: str) -> str:
        if text.upper() not in choices:
            raise ValueError("one of " + ", ".join(choices))
        return text.upper()

    return read


def bind(text: str) -> str:
    """Read an address to listen on."""
    host, colon, port = text.rpartition(":")
    if not (host and colon and (host == "unix" or (port.isascii() and port.isdigit() and 0 < int(port) < 65536))):
        raise ValueError("an address to listen on such as 127.0.0.1:8000 or unix:/run/linli.sock")
    return text


Keys = tuple[tuple[str, str], ...]
"""Keys by name, the one in use first; the others are still good for what they made."""
KEY_NAME = re.compile(r"[a-z0-9-]{1,16}")


def keys(text: str) -> Keys:
    """Read named secrets: name:secret, several with commas between."""
    right = f"name:secret, several with commas between, secrets of at least {SECRET_BYTES_MIN} bytes"
    pairs = [entry.strip().partition(":") for entry in text.split(",")]
    for name, _, value in pairs:
        if not KEY_NAME.fullmatch(name) or len(value.encode()) < SECRET_BYTES_MIN:
            raise ValueError(right)
    if len({name for name, _, _ in pairs}) < len(pairs):
        raise ValueError(f"{right}, each name once")
    return tuple((name, value) for name, _, value in pairs)


def versioned_keys(text: str) -> tuple[tuple[int, str], ...]:
    """Read secrets by version, the highest last."""
    right = f"version:secret pairs, versions from 1 to 99, commas between, secrets of at least {SECRET_BYTES_MIN} bytes"
    found: dict[int, str] = {}
    for part in text.split(","):
        version, _, value = part.strip().partition(":")
        is_version = version.isascii() and version.isdigit() and len(version) <= 2 and int(version) > 0
        if not is_version or int(version) in found or len(value.encode()) < SECRET_BYTES_MIN:
            raise ValueError(right)
        found[int(version)] = value
    return tuple(sorted(found.items()))
