"""A picture in place of a mini-program code: a PNG whose dots follow from the scene. No phone reads it."""

import hashlib
import struct
import zlib

SIDE, DOT = 16, 8


def draw(text: str) -> bytes:
    """Give a PNG of 128 by 128 dots."""
    bits = int.from_bytes(hashlib.sha256(text.encode()).digest())
    size = SIDE * DOT
    rows = bytearray()
    for y in range(size):
        rows.append(0)
        rows += bytes(255 * (bits >> (y // DOT * SIDE + x // DOT) & 1) for x in range(size))
    header = struct.pack(">IIBBBBB", size, size, 8, 0, 0, 0, 0)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(bytes(rows))), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )
