"""Uploading a photo."""

from typing import Any

from werkzeug.test import TestResponse

from app.kernel.actor import Role
from tests.points.api import Api


def upload(
    api: Api, content: bytes, *, media_type: str = "image/jpeg", role: Role = Role.RESIDENT, key: str = "", **who: Any
) -> TestResponse:
    headers = api.bearer(role, **({"book": api.book} | who))
    headers |= {"Linli-Demo-Clock": api.at} | ({"Idempotency-Key": key} if key else {})
    return api.client.post(f"/v1/books/{api.book}/photos", data=content, content_type=media_type, headers=headers)
