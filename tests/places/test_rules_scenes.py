"""What a posted code says, and what is not believed."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel import scenes
from app.places.rules.scenes import POINT

KEYS = {1: b"a" * 32, 2: b"b" * 32}
SHORT = scenes.short_of("token")
SCENE = POINT.make(SHORT, KEYS)


def test_a_scene_is_what_wechat_takes_and_reads_back():
    assert re.fullmatch(r"[0-9A-Za-z._-]{1,32}", SCENE)
    assert SCENE.startswith(f"p.{SHORT}.2.")
    assert POINT.read(SCENE, KEYS) == SHORT
    longest = POINT.make(SHORT, {99: b"c" * 32})
    assert len(longest) <= scenes.SCENE_LENGTH_MAX
    assert POINT.mac_length * 5 >= 40


@given(st.text(max_size=60))
def test_short_codes_have_one_form_and_read_aloud(token):
    short = scenes.short_of(token)
    assert re.fullmatch(r"[0-9a-z]{10}", short)
    assert not set(short) & set("ilou")
    assert POINT.read(POINT.make(short, KEYS), KEYS) == short


@pytest.mark.parametrize("position", range(len(SCENE)))
def test_a_scene_with_any_sign_changed_is_none(position):
    for sign in ("0" if SCENE[position] != "0" else "1", "", "A", "%"):
        assert POINT.read(SCENE[:position] + sign + SCENE[position + 1 :], KEYS) is None


@pytest.mark.parametrize(
    "scene",
    [
        "",
        "p",
        "p...",
        SCENE + "0",
        SCENE + "\n",
        SCENE.upper(),
        SCENE.replace("p.", "s."),
        SCENE.replace(".2.", ".02."),
    ],
)
def test_what_has_another_form_is_none(scene):
    assert POINT.read(scene, KEYS) is None


def test_keys_rotate_and_a_retired_one_signs_nothing():
    old = POINT.make(SHORT, {1: KEYS[1]})
    assert POINT.read(old, KEYS) == SHORT  # both are good in the time between
    assert POINT.read(old, {2: KEYS[2]}) is None
    assert POINT.read(old.replace(".1.", ".2."), KEYS) is None  # the version is signed as well
    assert POINT.read(SCENE, {2: b"x" * 32}) is None
    assert POINT.read(SCENE, {}) is None
