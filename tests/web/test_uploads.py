import io

import pytest
from flask import Request

from app.infra.unit_of_work import UnitOfWork
from app.web import uploads
from app.web.endpoint import endpoint
from app.web.refusals import UploadEmpty, UploadTooLarge, UploadTypeWrong
from app.web.uploads import Upload

MIB = 2**20
FILE = Upload(("text/csv",), 2 * MIB)


def request(content, *, kind="text/csv; charset=gbk", length=True):
    made = Request.from_values(
        method="POST",
        input_stream=io.BytesIO(content),
        content_type=kind,
        content_length=len(content) if length else None,
        environ_overrides={} if length else {"wsgi.input_terminated": True},
    )
    made.max_content_length = 1024  # the general limit, which an upload does not have
    return made


def test_an_upload_has_a_limit_and_types_of_its_own():
    assert uploads.load_upload(request(b"x" * 2 * MIB), FILE) == {"content": b"x" * 2 * MIB, "media_type": "text/csv"}


@pytest.mark.parametrize("length", [True, False])
def test_a_file_of_one_byte_more_is_refused_whether_it_says_its_length_or_not(length):
    with pytest.raises(UploadTooLarge) as refused:
        uploads.load_upload(request(b"x" * (2 * MIB + 1), length=length), FILE)
    assert refused.value.params == {"megabytes": 2}


def test_other_types_and_empty_bodies_are_refused():
    with pytest.raises(UploadTypeWrong):
        uploads.load_upload(request(b"x", kind="application/json"), FILE)
    with pytest.raises(UploadEmpty):
        uploads.load_upload(request(b""), FILE)


def test_a_view_that_does_not_take_its_upload_is_refused_at_import():
    def view(uow: UnitOfWork, *, content: bytes) -> None: ...

    with pytest.raises(TypeError, match="media_type"):
        endpoint(roles=frozenset(), upload=FILE)(view)
