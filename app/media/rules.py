"""A picture from the bytes of a stranger: decoded within bounds, drawn anew, so that only its pixels are left."""

import struct
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO

from PIL import Image, ImageOps

from app.media.errors import PhotoTooLarge, PhotoUnreadable
from app.media.terms import FLAT, PIXELS_DECODED_MAX, PIXELS_MAX, QUALITY, SIDE_MAX

FORMATS = ("JPEG", "PNG", "WEBP")
"""No other decoder of Pillow is ever given a stranger's bytes."""
NOTES_DAMAGED = (struct.error, LookupError, ValueError, TypeError, ArithmeticError)
DAMAGED = (*NOTES_DAMAGED, OSError, EOFError, SyntaxError, MemoryError)
"""What decoders raise on what is no picture, or a broken one."""
COLUMNS, ROWS = 9, 8


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture of ours: no place, time, device or words of the file it came in."""

    jpeg: bytes = field(repr=False)
    width: int
    height: int
    digest: bytes
    hash: int | None
    mirror: int | None


def draw(content: bytes) -> Drawn:
    """Draw anew what came: upright, at most SIDE_MAX wide and high. Refuses PhotoUnreadable, PhotoTooLarge."""
    try:
        picture = _decode(content)
        # a new picture has none of the notes that Pillow would write along: EXIF, XMP, comments, colour profiles
        clean = Image.new("RGB", picture.size, "white")
        clean.paste(picture, mask=picture.getchannel("A") if picture.mode == "RGBA" else None)
        written = BytesIO()
        clean.save(written, "JPEG", quality=QUALITY, optimize=True)
        hashed, mirrored = dhash(clean), dhash(ImageOps.mirror(clean))
    except (*DAMAGED, Image.DecompressionBombError) as error:
        raise PhotoUnreadable from error
    return Drawn(written.getvalue(), clean.width, clean.height, sha256(content).digest(), hashed, mirrored)


def _decode(content: bytes) -> Image.Image:
    with Image.open(BytesIO(content), formats=FORMATS) as opened:
        # a progressive JPEG is held whole while it is decoded, whatever size is wanted
        is_scaled = opened.format == "JPEG" and not opened.info.get("progressive")
        bound = PIXELS_MAX if is_scaled else PIXELS_DECODED_MAX
        if opened.width * opened.height > bound:
            raise PhotoTooLarge(width=opened.width, height=opened.height, megapixels=bound // 1_000_000)
        opened.draft("RGB", (SIDE_MAX, SIDE_MAX))  # a JPEG is decoded at a half, a quarter or an eighth
        upright = _upright(opened)
        picture = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    picture.thumbnail((SIDE_MAX, SIDE_MAX), Image.Resampling.LANCZOS)
    return picture


def _upright(picture: Image.Image) -> Image.Image:
    """Turn it as its notes say; as it lies where they are damaged, which is no fault of the picture."""
    try:
        return ImageOps.exif_transpose(picture)
    except NOTES_DAMAGED:
        return picture


def dhash(picture: Image.Image) -> int | None:
    """Give 64 bits: whether each of 8 × 8 spots is brighter than its neighbour. None: all of one colour."""
    grey = picture.convert("L").resize((COLUMNS, ROWS), Image.Resampling.LANCZOS)
    spots = grey.tobytes()
    if max(spots) - min(spots) < FLAT:
        return None
    bits = 0
    for row in range(ROWS):
        for column in range(COLUMNS - 1):
            place = row * COLUMNS + column
            bits = bits << 1 | (spots[place] > spots[place + 1])
    return bits - (1 << 64) if bits >> 63 else bits  # as PostgreSQL's bigint
