"""Mode B: the resident scans the code that hangs in the shop, or the one a till made for the order."""

import json
from dataclasses import replace

import pytest

from app.identity.models import Person, WechatUser
from app.infra import wechat
from app.infra.vault import vault
from app.kernel.actor import Role
from app.merchants import service
from app.merchants.errors import RedemptionMissing
from app.merchants.rules.redemptions import challenge_of
from tests.merchants.counter import Counter, offer
from tests.points.api import refused
from tests.points.ledger import ANNA, BORIS, named

POSTED = "/sign"


@pytest.fixture
def unattended(api, acts, shop):
    """A shop with an offer and no till; Anna has 1,100 points."""
    acts.award(ANNA, 1000)
    offer(acts.uow, acts.book.code, shop.id)
    return Counter(api, None, shop.id)


@pytest.fixture
def counter(unattended, acts):
    """The same with a till."""
    return Counter.at(unattended.api, acts.uow, unattended.shop_id)


@pytest.fixture
def scene(unattended):
    """What the shop's posted code says."""
    answer = unattended.api.post(f"/shops/{unattended.shop_id}/sign", {})
    assert answer.status_code == 201, answer.text
    return answer.json["scene"]


def confirm(counter, quote, who=ANNA, **proof):
    return counter.own("", {"quote_id": quote["quote_id"]} | proof, who=who)


def test_the_resident_is_shown_the_shop_and_what_the_points_do(counter, scene):
    quote = counter.quote(scene, order_fen=3000, max_points=120)
    assert quote.status_code == 201, quote.text
    assert quote.json == {
        "quote_id": quote.json["quote_id"],
        "shop_id": str(counter.shop_id),
        "shop_name": "忠义面馆",
        "order_fen": 3000,
        "points": 120,
        "discount_fen": 1200,
        "expires_at": "2026-06-15T10:02:00+08:00",
        "challenge": None,
        "distance_m": None,
    }


def test_the_till_shows_the_same_four_digits_and_accepts(acts, counter, scene):
    quote = counter.quote(scene, order_fen=3000, points=100).json
    mine = confirm(counter, quote)
    assert (mine.status_code, mine.json["state"], mine.json["mode"]) == (201, "held", "shop_code")
    assert acts.available(ANNA) == 1000
    waiting = counter.send("GET", "/redemptions?state=held").json["items"]
    assert [one["match_code"] for one in waiting] == [mine.json["match_code"]]
    accepted = counter.capture(waiting[0]["out_trade_no"])
    assert accepted.json["state"] == "captured"
    assert counter.own(f"/{mine.json['id']}").json["state"] == "captured"
    assert counter.send("GET", "/redemptions?state=held").json["items"] == []
    again = confirm(counter, quote)  # and once more: it is one and the same
    assert again.json["id"] == mine.json["id"]
    assert acts.available(ANNA) == 1000


def test_a_fake_success_screen_moves_no_state(counter, scene):
    """Attack 26: before the resident's act reached us the till sees nothing, whatever a screen shows."""
    counter.quote(scene, order_fen=3000, points=100)
    assert counter.send("GET", "/redemptions?state=held").json["items"] == []


def test_what_nobody_accepts_in_two_minutes_is_over(acts, counter, scene):
    mine = confirm(counter, counter.quote(scene, order_fen=3000, points=100).json).json
    later = counter.later(seconds=120)
    assert later.own(f"/{mine['id']}").json["state"] == "expired"
    assert acts.later(seconds=120).available(ANNA) == 1100


def test_a_shop_without_a_till_takes_little_at_once(unattended, scene):
    small = confirm(unattended, unattended.quote(scene, order_fen=2000, points=100).json)
    assert (small.status_code, small.json["state"]) == (201, "captured")
    much = unattended.quote(scene, order_fen=3000, points=101)
    assert refused(much) == (409, "merchants.unattended_over", [])


def test_posted_codes_have_a_day_limit_of_their_own(counter, scene):
    late = counter.quote(scene, order_fen=9000, points=1).json
    for _ in range(2):
        assert confirm(counter, counter.quote(scene, order_fen=9000, points=200).json).status_code == 201
    assert confirm(counter, counter.quote(scene, order_fen=9000, points=100).json).status_code == 201
    over = confirm(counter, late)
    assert refused(over) == (409, "merchants.shop_code_day_over", [])
    assert counter.take(50)["state"] == "captured"  # by one's own code


@pytest.mark.parametrize("change", ["mac", "short", "version", "kind", "other"])
def test_a_sticker_that_was_swapped_or_altered_leads_nowhere(counter, scene, change):
    """Attack 25."""
    kind, short, version, mac = scene.split(".")
    altered = {
        "mac": f"{kind}.{short}.{version}.{mac[::-1]}",
        "short": f"{kind}.{short[::-1]}.{version}.{mac}",
        "version": f"{kind}.{short}.{int(version) + 1}.{mac}",
        "kind": f"p.{short}.{version}.{mac}",
        "other": "https://example.com/pay",
    }[change]
    assert refused(counter.quote(altered, order_fen=3000)) == (404, "merchants.scene_not_good", ["scene"])


def test_a_new_sign_ends_the_old_one(counter, scene):
    fresh = counter.api.post(f"/shops/{counter.shop_id}/sign", {}).json["scene"]
    assert refused(counter.quote(scene, order_fen=3000)) == (404, "merchants.scene_not_good", ["scene"])
    assert counter.quote(fresh, order_fen=3000).status_code == 201


def test_a_sign_needs_its_key(app, counter):
    kept = app.extensions["linli.shop_signs"]
    app.extensions["linli.shop_signs"] = {}
    try:
        assert refused(counter.api.post(f"/shops/{counter.shop_id}/sign", {}))[:2] == (503, "merchants.signs_unset")
    finally:
        app.extensions["linli.shop_signs"] = kept


def test_a_posted_code_needs_the_bill(counter, scene):
    assert refused(counter.quote(scene)) == (422, "merchants.order_needed", ["order_fen"])


def test_a_quote_is_good_for_two_minutes_and_for_who_asked(acts, counter, scene):
    acts.award(BORIS, 500)
    quote = counter.quote(scene, order_fen=3000, points=100).json
    assert refused(confirm(counter, quote, who=BORIS)) == (409, "merchants.quote_gone", ["quote_id"])
    assert refused(confirm(counter.later(seconds=120), quote)) == (409, "merchants.quote_gone", ["quote_id"])
    assert refused(confirm(counter, {"quote_id": str(named("none"))})) == (409, "merchants.quote_gone", ["quote_id"])


# --- the till's own code


def test_an_order_is_scanned_and_only_confirmed(acts, counter):
    order = counter.order(number="T-1", fen=4000, max_points=150, capture="auto")
    assert (order.status_code, order.json["redemption"]["state"]) == (201, "ordered")
    assert counter.order(number="T-1", fen=4000, max_points=150, capture="auto").json == order.json
    quote = counter.quote(order.json["scene"]).json
    assert (quote["order_fen"], quote["points"], quote["discount_fen"]) == (4000, 150, 1500)
    mine = confirm(counter, quote).json
    shown = counter.look("T-1").json
    assert (shown["state"], shown["captured_points"]) == ("captured", 150)
    assert shown["match_code"] == mine["match_code"] == order.json["redemption"]["match_code"]
    assert acts.available(ANNA) == 950


def test_an_order_is_one_residents(acts, counter):
    acts.award(BORIS, 500)
    order = counter.order(fen=4000, points=100).json
    mine, his = counter.quote(order["scene"]).json, counter.quote(order["scene"], who=BORIS).json
    assert confirm(counter, mine).json["state"] == "held"
    assert refused(confirm(counter, his, who=BORIS)) == (409, "merchants.redemption_closed", [])
    assert refused(counter.quote(order["scene"], who=BORIS)) == (404, "merchants.scene_not_good", ["scene"])


def test_an_order_waits_two_minutes(counter):
    order = counter.order(number="T-1").json
    later = counter.later(seconds=120)
    assert refused(later.quote(order["scene"])) == (404, "merchants.scene_not_good", ["scene"])
    assert later.look("T-1").json["state"] == "expired"
    assert later.reverse("T-1").json["state"] == "expired"
    reversed_ = counter.order(number="T-2").json
    assert counter.reverse("T-2").json["state"] == "reversed"
    assert refused(counter.quote(reversed_["scene"])) == (404, "merchants.scene_not_good", ["scene"])


def test_a_declined_order_stays_so(acts, counter):
    order = counter.order(number="T-1", points=100).json
    quote = counter.quote(order["scene"]).json
    acts.freeze(ANNA)
    for _ in range(2):
        assert refused(confirm(counter, quote)) == (403, "points.account_frozen", [])
    assert counter.look("T-1").json["state"] == "declined"


# --- confirming on the phone


@pytest.fixture
def big(counter):
    """A till asks for a discount of 300 yuan, which the resident has to confirm; or 600, with a fingerprint."""

    def ask(yuan, **order):
        answer = counter.ask(fen=yuan * 200, points=yuan * 10, **order)
        assert answer.status_code == 201, answer.text
        return answer.json

    return ask


@pytest.fixture
def rich(acts):
    acts.award(ANNA, 20_000)


def test_above_a_limit_the_resident_confirms_within_a_minute(acts, counter, rich, big):
    asked = big(300, capture="auto")
    assert (asked["state"], asked["expires_at"]) == ("pending_confirm", "2026-06-15T10:01:00+08:00")
    assert acts.available(ANNA) == 21_100  # nothing is held yet
    seen = counter.own().json["items"][0]
    assert (seen["id"], seen["match_code"], seen["challenge"]) == (asked["id"], asked["match_code"], None)
    late = counter.later(seconds=60).own(f"/{asked['id']}/confirm", {})
    assert refused(late) == (409, "merchants.confirm_lapsed", [])
    for _ in range(2):
        done = counter.own(f"/{asked['id']}/confirm", {})
        assert (done.status_code, done.json["state"]) == (200, "captured")
    assert acts.available(ANNA) == 18_100


def test_the_resident_may_refuse(counter, rich, big):
    """ResidentRefused, as the till reads it."""
    asked = big(300)
    for _ in range(2):
        assert counter.own(f"/{asked['id']}/refuse", {}).json["state"] == "declined"
    shown = counter.look(asked["out_trade_no"]).json  # which is not what the till's own reverse looks like
    assert (shown["state"], shown["decline"]) == ("declined", "merchants.resident_refused")
    assert counter.reverse(asked["out_trade_no"]).json["state"] == "declined"
    assert refused(counter.own(f"/{asked['id']}/confirm", {})) == (409, "merchants.redemption_closed", [])
    assert refused(counter.own(f"/{counter.take(10)['id']}/refuse", {})) == (409, "merchants.redemption_closed", [])


def test_a_phone_finds_what_waits_for_it_and_at_which_shop(counter, rich, big):
    assert counter.own("?state=pending_confirm").json["items"] == []
    counter.take(10)
    asked = big(300)
    [waiting] = counter.own("?state=pending_confirm").json["items"]
    assert (waiting["id"], waiting["shop_name"]) == (asked["id"], "忠义面馆")
    assert counter.later(seconds=60).own("?state=pending_confirm").json["items"] == []
    assert [one["state"] for one in counter.own("?state=captured").json["items"]] == ["captured"]
    assert counter.own("?state=pending_confirm", who=BORIS).json["items"] == []
    assert refused(counter.own("?state=waiting")) == (422, "web.invalid", ["state"])


def test_what_is_decided_waits_for_nothing(counter, rich, big):
    held = counter.hold(10)
    assert held["expires_at"] is not None
    assert counter.capture(held["out_trade_no"]).json["expires_at"] is None
    assert counter.later(seconds=61).look(big(300)["out_trade_no"]).json["expires_at"] is not None  # it expired then


def test_nobody_confirms_for_another(counter, rich, big):
    asked = big(300)
    for what in ("confirm", "refuse"):
        answer = counter.own(f"/{asked['id']}/{what}", {}, who=BORIS)
        assert refused(answer) == (404, "merchants.redemption_missing", ["redemption_id"])
    assert counter.own(f"/{asked['id']}", who=BORIS).status_code == 404


def test_far_above_it_takes_a_fingerprint(counter, rich, big):
    asked = big(600)
    seen = counter.own(f"/{asked['id']}").json
    assert len(seen["challenge"]) == 64
    assert refused(counter.own(f"/{asked['id']}/confirm", {})) == (403, "merchants.step_up_needed", ["signature"])
    faked = counter.own(f"/{asked['id']}/confirm", {"result": "{}", "signature": "x"})
    assert refused(faked) == (403, "merchants.step_up_failed", ["signature"])
    counter.reverse(asked["out_trade_no"])
    faked = counter.own(f"/{asked['id']}/confirm", {"result": "{}", "signature": "x"})
    assert refused(faked) == (409, "merchants.redemption_closed", [])  # not to confirm anew, for ever
    assert faked.json["detail"] == "这笔兑换已撤销,不能再这样处理。"


class Sensor:
    """WeChat's answer about a fingerprint, as the client gives it; the real client: tests/infra/wechat."""

    def __init__(self):
        self.asked = []

    def verify_soter(self, *, openid, result, signature, challenge):
        self.asked.append((openid, signature))
        return json.loads(result)["raw"] == challenge


def test_a_fingerprint_is_good_for_the_redemption_whose_challenge_it_shows(app, acts, counter, rich, big, person):
    sensor = Sensor()
    session = acts.uow.session
    who = named("anna's account")
    session.add(Person(id=who, name="安娜", registered_at=acts.uow.now))
    session.flush()
    sealed = vault().seal("openid-of-anna", context=f"identity.wechat_users.openid:{who}")
    session.add(
        WechatUser(app_id="wx", openid_index=bytes(32), person_id=who, openid_sealed=sealed, bound_at=acts.uow.now)
    )
    session.flush()
    actor = person(Role.RESIDENT, book=acts.book.code, person_id=ANNA)
    app.extensions[wechat.CLIENT], kept = sensor, app.extensions[wechat.CLIENT]
    try:
        one, other = big(600), big(600)
        known = replace(actor, person_id=who)
        shown = {"result": json.dumps({"raw": challenge_of(other["id"])}), "signature": "sig", "book": acts.book.code}
        with pytest.raises(Exception, match="step_up_failed"):  # another redemption's
            service.read_consent(actor=known, redemption_id=one["id"], **shown)
        consent = service.read_consent(actor=known, redemption_id=other["id"], **shown)
        done = service.confirm_redemption(
            replace(acts.uow, actor=known), book=acts.book.code, redemption_id=other["id"], consent=consent
        )
        assert (consent.proven, done.state) == (True, "held")
        assert sensor.asked == [("openid-of-anna", "sig")] * 2
        acts.uow.session.flush()
        again = service.read_consent(actor=known, redemption_id=other["id"], **shown)
        with pytest.raises(RedemptionMissing):
            service.read_consent(actor=known, redemption_id=named("none"), **shown)
        assert (again.proven, len(sensor.asked)) == (False, 2)  # about what waits for no proof nobody asks WeChat
    finally:
        app.extensions[wechat.CLIENT] = kept


def test_nobody_asks_about_what_is_not_there_and_not_for_ever(counter):
    """Each proof costs a call to WeChat, which has a quota for all of us."""
    faked = {"result": "{}", "signature": "x"}
    for _ in range(60):
        answer = counter.own(f"/{named('none')}/confirm", faked)
        assert refused(answer) == (404, "merchants.redemption_missing", ["redemption_id"])
    assert counter.own(f"/{named('none')}/confirm", faked).status_code == 429


def test_posted_codes_ask_for_a_fingerprint_earlier(counter, scene):
    quote = counter.quote(scene, order_fen=9000, points=201).json
    assert len(quote["challenge"]) == 64
    assert refused(confirm(counter, quote)) == (403, "merchants.step_up_needed", ["signature"])
