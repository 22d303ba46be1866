import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.paging import Cursor, CursorInvalid

PLAIN = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=60)


@given(PLAIN, st.integers(-(2**63), 2**63))
def test_decode_reads_back_what_encode_wrote(text, number):
    assert Cursor.decode(Cursor((text, number)).encode(), str, int).parts == (text, number)


def encoded(value) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "!!!",
        "ÿ",
        "A" * 5000,
        encoded("a"),
        encoded(["a"]),
        encoded([1, "a"]),
        encoded(["a", 1, 2]),
        encoded(["a", True]),
        encoded(["a", 1.0]),
        encoded(["a\x00", 1]),
        encoded(["\ud800", 1]),
        Cursor(("a", 1)).encode() + "=",
        Cursor(("a", 1)).encode()[:-1],
        base64.urlsafe_b64encode(b"[" * 300).decode(),
    ],
)
def test_decode_refuses_what_is_not_ours(text):
    with pytest.raises(CursorInvalid) as caught:
        Cursor.decode(text, str, int)
    assert caught.value.field == "cursor"
