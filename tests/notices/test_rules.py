from datetime import UTC, date, datetime, timedelta

import pytest

from app.notices.errors import NoticeValuesWrong, TemplatesFileWrong
from app.notices.rules.pushes import digest_of, name_of, read_document, trace_of
from app.notices.rules.quiet import is_quiet, next_try
from app.notices.rules.templates import fill, preview, read_templates
from app.notices.service.templates import BUILT_IN, load_templates

TEMPLATES = load_templates(None)
NOW = datetime(2026, 6, 15, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("clock", "quiet"),
    [
        ("21:59:59", False),
        ("22:00:00", True),
        ("23:59:59", True),
        ("00:00:00", True),
        ("06:59:59", True),
        ("07:00:00", False),
        ("12:00:00", False),
    ],
)
def test_nights_are_quiet(clock, quiet):
    assert is_quiet(datetime.fromisoformat(f"2026-06-15T{clock}+08:00")) is quiet
    assert is_quiet(datetime.fromisoformat(f"2026-06-15T{clock}+08:00").astimezone(UTC)) is quiet


def test_the_next_try_is_later_each_time_up_to_an_hour():
    waits = [next_try(NOW, attempts) - NOW for attempts in (1, 2, 3, 7, 99)]
    assert waits == [timedelta(minutes=m) for m in (1, 2, 4, 60, 60)]


def test_values_become_what_wechat_takes():
    data = fill(
        TEMPLATES["points_received"],
        {"points": 30, "what": "周一楼道清扫与美化\n以及其他许多需要一起完成的事情", "at": NOW},
    )
    assert data == {"number1": "30", "thing2": "周一楼道清扫与美化 以及其他许多需要一…", "time3": "2026年6月15日 10:00"}
    assert len(data["thing2"]) == 20
    lapsing = fill(TEMPLATES["points_expiring"], {"points": 5, "expires_on": date(2026, 12, 31), "hint": "x"})
    assert lapsing["date2"] == "2026年12月31日"


@pytest.mark.parametrize(
    ("template", "values", "names"),
    [
        ("points_received", {"points": "thirty", "what": "x", "at": NOW}, "points"),
        ("points_received", {"points": 1, "at": NOW}, "what"),
        ("points_received", {"points": 1, "what": "", "at": NOW}, "what"),
        ("points_received", {"points": 1, "what": "x", "at": NOW, "more": "x"}, "more"),
        ("report_decided", {"what": "x", "result": "已经受理完毕", "at": NOW}, "result"),
        ("report_decided", {"what": "x", "result": "ok", "at": "soon"}, "at, result"),
    ],
)
def test_values_that_do_not_fit_are_named(template, values, names):
    with pytest.raises(NoticeValuesWrong) as caught:
        fill(TEMPLATES[template], values)
    assert caught.value.params["names"] == names


def test_every_template_shows_itself_in_both_languages():
    for template in TEMPLATES.values():
        for language in ("zh", "en"):
            assert template.title[language]
            assert all(label and sample for label, sample in preview(template, language))


@pytest.mark.parametrize("text", ["", "[", "1", "[1]", '[{"key": "x"}]', "[" * 100_000])
def test_what_is_no_list_of_templates_is_refused(text):
    with pytest.raises(TemplatesFileWrong):
        read_templates(text)


def test_a_file_without_templates_tells_nothing():
    assert read_templates("[]") == {}


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('"number1"', '"cake1"'),
        ('"number1"', '"number"'),
        ('"number1"', '"thing2"'),
        ('"points_expiring"', '"points_received"'),
        ('"linli-stand-in-points-expiring"', '"linli-stand-in-points-received"'),
        ('"linli-stand-in-points-expiring"', '"x"'),
        ('"pages/duty/index"', '"/pages/duty/index?a=1"'),
        ('"已受理"', '"已经受理完毕了"'),
        ('"en": "Duty ahead"', '"fr": "Service"'),
        ('"key": "duty_reminder"', '"kee": "duty_reminder"'),
    ],
)
def test_a_file_with_a_mistake_is_refused_as_a_whole(right, wrong):
    text = BUILT_IN.read_text(encoding="utf-8")
    assert right in text
    with pytest.raises(TemplatesFileWrong):
        read_templates(text.replace(right, wrong))


def test_a_file_that_is_not_there_is_refused_without_its_path(tmp_path):
    with pytest.raises(TemplatesFileWrong) as caught:
        load_templates(str(tmp_path / "none.json"))
    assert str(tmp_path) not in str(caught.value)
    (tmp_path / "latin.json").write_bytes("[\xe9]".encode("latin-1"))
    with pytest.raises(TemplatesFileWrong):
        load_templates(str(tmp_path / "latin.json"))


EVENT = {"FromUserName": "o1", "CreateTime": 5, "MsgType": "event", "Event": "wxa_media_check", "trace_id": "a-b"}


def test_what_comes_twice_is_known_and_what_only_looks_alike_is_not():
    assert digest_of(EVENT) == digest_of({**EVENT, "CreateTime": 6})  # one trace id has one result
    assert digest_of(EVENT) != digest_of({**EVENT, "trace_id": "a-c"})  # sender and second are the same
    other = {key: value for key, value in EVENT.items() if key != "trace_id"}
    assert digest_of(other) == digest_of(dict(reversed(other.items())))
    assert digest_of(other) != digest_of({**other, "List": []})
    assert digest_of({"MsgId": 1, "x": 1}) == digest_of({"MsgId": "1", "x": 2})
    assert digest_of({**other, "x": "\ud800"})  # half a character is a difference like any other


@pytest.mark.parametrize("content", [b"", b"[]", b"1", b"\xff", b"{", b"[" * 100_000])
def test_what_is_no_object_is_none(content):
    assert read_document(content) is None


def test_names_and_trace_ids_hold_no_surprises():
    assert name_of({"Event": "a\x00b\ud800" + "c" * 99}) == "ab" + "c" * 62
    assert name_of({"MsgType": "text"}) == "text"
    assert name_of({}) == ""
    assert trace_of({"trace_id": "a-b_C9"}) == "a-b_C9"
    assert {trace_of({"trace_id": wrong}) for wrong in ("", None, "a\x00", "x" * 129, ["x"])} == {""}
