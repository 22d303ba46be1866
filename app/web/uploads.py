"""What is no JSON: an upload is a raw body with media types and a limit of its own, a download bytes with a name."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Request

from app.web.refusals import UploadEmpty, UploadTooLarge, UploadTypeWrong

UPLOAD_FIELDS = ("content", "media_type")
MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Upload:
    """What a route takes instead of JSON: one of `media_types`, at most `bytes_max` bytes.

    Its view takes `content` (bytes) and `media_type`. The general limit of request bodies does not apply to it.
    """

    media_types: tuple[str, ...]
    bytes_max: int


@dataclass(frozen=True, slots=True)
class Download:
    """An answer that is a file to keep. `filename`: ASCII, without quotes."""

    content: bytes
    filename: str


@dataclass(frozen=True, slots=True)
class Plain:
    """An answer that is a few words, for a program that takes nothing else."""

    text: str


@dataclass(frozen=True, slots=True)
class Page:
    """An answer that a person reads in a browser: a whole page without scripts, not to be listed by anybody."""

    html: str
    status: int = 200


def load_upload(request: Request, upload: Upload) -> dict[str, Any]:
    """Read the body as it is. Refuses UploadTypeWrong, UploadEmpty, and UploadTooLarge before reading what says so."""
    if request.mimetype not in upload.media_types:
        raise UploadTypeWrong(media_types=", ".join(upload.media_types))
    too_large = UploadTooLarge(megabytes=upload.bytes_max // MEGABYTE)
    if request.content_length is not None and request.content_length > upload.bytes_max:
        raise too_large
    request.max_content_length = upload.bytes_max + 1  # without a Content-Length a long body is cut off here
    content = request.get_data(cache=False)
    if len(content) > upload.bytes_max:
        raise too_large
    if not content:
        raise UploadEmpty
    return dict(zip(UPLOAD_FIELDS, (content, request.mimetype), strict=True))


def describe(upload: Upload) -> Mapping[str, Any]:
    """Give the OpenAPI request body."""
    file = {"schema": {"type": "string", "format": "binary", "maxLength": upload.bytes_max}}
    return {"required": True, "content": dict.fromkeys(upload.media_types, file)}
