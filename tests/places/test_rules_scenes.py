"""What a posted code says, and what is not believed."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.places.rules import scenes

KEYS = {1: b"a" * 32, 2: b"b" * 32}
SHORT = scenes.short_of("token")
SCENE = scenes.make_scene(SHORT, KEYS)


def test_a_scene_is_what_wechat_takes_and_reads_back():
    assert re.fullmatch(r"[0-9A-Za-z._-]{1,32}", SCENE)
    assert SCENE.startswith(f"p.{SHORT}.2.")
    assert scenes.read_scene(SCENE, KEYS) == SHORT
    longest = scenes.make_scene(SHORT, {99: b"c" * 32})
    assert len(longest) <= scenes.SCENE_LENGTH_MAX
    assert scenes.MAC_LENGTH * 5 >= 40


@given(st.text(max_size=60))
def test_short_codes_have_one_form_and_read_aloud(token):
    short = scenes.short_of(token)
    assert re.fullmatch(r"[0-9a-z]{10}", short)
    assert not set(short) & set("ilou")
    assert scenes.read_scene(scenes.make_scene(short, KEYS), KEYS) == short


@pytest.mark.parametrize("position", range(len(SCENE)))
def test_a_scene_with_any_sign_changed_is_none(position):
    for sign in ("0" if SCENE[position] != "0" else "1", "", "A", "%"):
        assert scenes.read_scene(SCENE[:position] + sign + SCENE[position + 1 :], KEYS) is None


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
    assert scenes.read_scene(scene, KEYS) is None


def test_keys_rotate_and_a_retired_one_signs_nothing():
    old = scenes.make_scene(SHORT, {1: KEYS[1]})
    assert scenes.read_scene(old, KEYS) == SHORT  # both are good in the time between
    assert scenes.read_scene(old, {2: KEYS[2]}) is None
    assert scenes.read_scene(old.replace(".1.", ".2."), KEYS) is None  # the version is signed as well
    assert scenes.read_scene(SCENE, {2: b"x" * 32}) is None
    assert scenes.read_scene(SCENE, {}) is None
