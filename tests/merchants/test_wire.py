"""The wire (attacks 3, 4, 17, 19, 20, 28 of the catalogue, and 2 for wrong signatures): signed requests over HTTP."""

import base64
import json
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_der_private_key
from sqlalchemy import text

from app.infra.vault import vault
from app.kernel.actor import Role
from app.kernel.signed import Algorithm
from app.merchants import errors, service
from app.merchants.models import Branch, Merchant, Nonce
from app.merchants.service import merchants, terminals
from app.merchants.terms import PersonKind
from app.web import message_signatures
from app.web.refusals import (
    ClockOff,
    MessageSignatureMalformed,
    NonceReused,
    SignatureMalformed,
    SignatureRefused,
    TooOften,
)
from tests.architecture.test_routes import address, guarded
from tests.merchants.keys import RSA_KEY, SCHEMES, Pen, enrol, message_signed
from tests.points.api import refused, statements
from tests.points.ledger import ANNA, BORIS

ME = "/v1/merchant/terminal"
KEYS = "/v1/merchant/terminal/keys"
COLLECT = "/v1/merchant/gift-collections"
WRITES = ("INSERT", "UPDATE", "DELETE")


@pytest.fixture(autouse=True)
def fresh_windows(app):
    """What other tests counted is none of this one's business."""
    app.extensions["linli.redis"].flushdb()


@pytest.fixture
def branch(acts, shop):
    return acts.uow.session.get_one(Branch, shop.id)


@pytest.fixture
def pen(acts, branch):
    return enrol(acts.uow, branch)


def rotation(pen: Pen, new: Pen) -> dict[str, str]:
    """The body that puts a new key in place of the one that signs."""
    proof = new.sign(f"LINLI-ROTATE\n{pen.terminal_id}\n{new.public}\n".encode())
    return {"algorithm": new.algorithm, "public_key": new.public, "proof": proof}


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_a_till_is_known_by_what_it_signs(client, acts, branch, algorithm):
    pen = enrol(acts.uow, branch, algorithm)
    answer = pen.send(client, "GET", ME)
    assert answer.status_code == 200, answer.text
    assert answer.json["id"] == str(pen.terminal_id)
    assert (answer.json["shop_id"], answer.json["shop_name"]) == (str(branch.id), branch.name)
    assert answer.json["low_tier"] is (algorithm is Algorithm.HMAC_SHA256)
    assert [key["serial"] for key in answer.json["keys"]] == [pen.serial]


@pytest.mark.parametrize(
    "tamper",
    [
        lambda sent: sent | {"method": "POST", "target": COLLECT, "signed_method": "GET"},
        lambda sent: sent | {"target": "/v1/merchant/terminal/keys"},
        lambda sent: sent | {"target": f"{COLLECT}?limit=5"},
        lambda sent: sent | {"body": b'{"code":"000000000001"}'},
        lambda sent: sent | {"body": b'{"code": "000000000000"}'},  # the same JSON in other bytes
    ],
)
def test_what_was_signed_is_what_was_sent_byte_for_byte(client, pen, tamper):
    sent = tamper({"method": "POST", "target": COLLECT, "body": b'{"code":"000000000000"}'})
    headers = pen.headers(sent.get("signed_method", "POST"), COLLECT, b'{"code":"000000000000"}')
    answer = client.open(sent["target"], method=sent["method"], data=sent["body"], headers=headers)
    assert refused(answer)[:2] == (401, SignatureRefused.code)


def test_path_and_query_are_signed_as_they_were_sent(client, pen):
    target = "/v1/merchant/terminal?x=%E5%BF%A0%20a+b"
    answer = pen.send(client, "GET", target)
    assert answer.status_code == 422, answer.text  # the signature is good; the route knows no such parameter


@pytest.mark.parametrize("seconds", [-300, -299, 0, 299, 300])
def test_attack_4_a_clock_within_five_minutes_is_taken(client, pen, seconds):
    assert pen.send(client, "GET", ME, seconds=seconds).status_code == 200


@pytest.mark.parametrize("seconds", [-301, 301, 86_400, -(10**9)])
def test_attack_4_a_clock_that_is_off_is_told_our_time(client, pen, seconds):
    answer = pen.send(client, "GET", ME, seconds=seconds)
    assert refused(answer)[:2] == (401, ClockOff.code)
    assert answer.json["server_time"] == "2026-06-15T10:00:00+08:00"
    assert "LINLI-ED25519" in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize("ends", ["2026-06-30T23:59:59+08:00", "2026-03-29T01:59:59+00:00"])
def test_attack_4_neither_the_end_of_a_month_nor_summer_time_elsewhere_matters(client, pen, ends):
    late = replace(pen, at=type(pen.at).fromisoformat(ends) + timedelta(days=365))
    assert late.send(client, "GET", ME, seconds=299).status_code == 200
    assert late.send(client, "GET", ME, seconds=301).status_code == 401


@pytest.mark.parametrize(
    "text",
    [
        "LINLI-ED25519",
        "LINLI-ED25519 serial=x",
        'LINLI-ED25519 serial="00000000000000000000000000000000"',
        'LINLI-ED25519 serial="{s}",serial="{s}",nonce="abcdefghijklmnop",timestamp="1",signature="{sig}"',
        'LINLI-ED25519 serial="{s}",nonce="short",timestamp="1",signature="{sig}"',
        'LINLI-ED25519 serial="{s}",nonce="abcdefghijklmno\\n",timestamp="1",signature="{sig}"',
        'LINLI-ED25519 serial="{s}",nonce="abcdefghijklmnop",timestamp="-1",signature="{sig}"',
        'LINLI-ED25519 serial="{s}",nonce="abcdefghijklmnop",timestamp="1e9",signature="{sig}"',
        'LINLI-ED25519 serial="{s}",nonce="abcdefghijklmnop",timestamp="9999999999999999",signature="{sig}"',
        'LINLI-ED25519 serial="{s}",nonce="abcdefghijklmnop",timestamp="1",signature="***"',
        'LINLI-ED25519 serial="{s}",nonce="abcdefghijklmnop",timestamp="1",signature="{sig}",extra="1"',
        'LINLI-ED25519 serial="' + "0" * 2000 + '"',
    ],
)
def test_a_header_of_another_form_is_told_the_right_one(client, text):
    given = text.replace("{s}", "0" * 32).replace("{sig}", "A" * 88)
    answer = client.get(ME, headers={"Authorization": given})
    assert refused(answer)[:2] == (401, SignatureMalformed.code)
    assert answer.json["title"] == "签名未通过"


def test_every_reason_not_to_let_a_till_in_is_answered_alike(client, acts, branch, pen):
    """Unknown, revoked, run out, signed by another key: nobody learns which."""
    revoked = enrol(acts.uow, branch, name="2号机")
    terminals.revoke_terminal(acts.uow, branch, terminal_id=revoked.terminal_id, reason="lost")
    acts.uow.session.flush()
    answers = [
        pen.send(client, "GET", ME, serial="0" * 32),
        revoked.send(client, "GET", ME),
        replace(Pen(), serial=pen.serial, at=pen.at).send(client, "GET", ME),
    ]
    bodies = [{**answer.json, "trace_id": "", "instance": ""} for answer in answers]
    assert [answer.status_code for answer in answers] == [401] * 3
    assert bodies[0] == bodies[1] == bodies[2]
    assert bodies[0]["code"] == SignatureRefused.code


def test_attack_2_wrong_signatures_are_limited_and_an_honest_till_is_not_held_up(client, pen):
    wrong = replace(Pen(), serial=pen.serial, at=pen.at)
    answers = [wrong.send(client, "GET", ME) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert answers[5].json["code"] == TooOften.code
    assert int(answers[5].headers["Retry-After"]) >= 1
    assert wrong.send(client, "GET", ME, serial="1" * 32).status_code == 429  # another serial from the same address
    assert pen.send(client, "GET", ME).status_code == 200


def test_attack_2_a_serial_is_counted_wherever_the_tries_come_from(client, pen):
    wrong = replace(Pen(), serial=pen.serial, at=pen.at)

    def try_from(address):
        headers = wrong.headers("GET", ME)
        return client.get(ME, headers=headers, environ_base={"REMOTE_ADDR": address}).status_code

    assert [try_from(f"203.0.113.{n}") for n in range(6)] == [401] * 5 + [429]


def test_attack_3_the_same_bytes_again_get_the_same_answer_and_do_nothing_twice(client, acts, pen):
    new = Pen()
    details = {"nonce": "a-nonce-used-twice", "key": "rotate-1"}
    first = pen.send(client, "POST", KEYS, rotation(pen, new), **details)
    again = pen.send(client, "POST", KEYS, rotation(pen, new), **details)
    assert (first.status_code, again.status_code) == (201, 201), again.text
    assert first.json == again.json
    assert again.headers["Idempotency-Replayed"] == "true"
    count = text("SELECT count(*) FROM merchants_terminal_keys WHERE terminal_id = :id")
    assert acts.uow.session.scalar(count, {"id": pen.terminal_id}) == 2


def test_attack_3_another_body_under_the_same_nonce_is_refused(client, pen):
    nonce = "a-nonce-used-twice"
    assert pen.send(client, "POST", KEYS, rotation(pen, Pen()), nonce=nonce, key="a").status_code == 201
    answer = pen.send(client, "POST", KEYS, rotation(pen, Pen()), nonce=nonce, key="b")
    assert refused(answer)[:2] == (401, NonceReused.code)
    assert "server_time" in answer.json


def test_attack_3_a_nonce_is_the_keys_own_and_is_forgotten_after_ten_minutes(client, acts, branch, pen):
    nonce = "a-nonce-used-twice"
    other = enrol(acts.uow, branch, name="2号机")
    assert pen.send(client, "POST", KEYS, rotation(pen, Pen()), nonce=nonce).status_code == 201
    assert other.send(client, "POST", KEYS, rotation(other, Pen()), nonce=nonce).status_code == 201
    at = acts.uow.now
    assert service.purge_nonces(replace(acts.uow, now=at + timedelta(minutes=10))) == 0
    assert service.purge_nonces(replace(acts.uow, now=at + timedelta(minutes=10, seconds=1))) == 2
    later = replace(pen, at=at + timedelta(minutes=11))
    acts.uow.session.add(Nonce(serial=pen.serial, nonce=nonce, digest=b"x" * 32, seen_at=at))
    acts.uow.session.flush()
    heard = later.send(client, "POST", KEYS, rotation(pen, Pen()), nonce=nonce)
    assert refused(heard)[1] == "merchants.key_replaced"  # by what was asked, no more by the nonce


@pytest.mark.parametrize("algorithm", [Algorithm.ED25519, Algorithm.RSA_SHA256])
@pytest.mark.parametrize("claimed", list(Algorithm))
def test_attack_17_the_algorithm_is_the_keys_whatever_the_header_says(client, acts, branch, algorithm, claimed):
    pen = enrol(acts.uow, branch, algorithm)
    answer = pen.send(client, "GET", ME, scheme=SCHEMES[claimed])
    assert answer.status_code == (200 if claimed is algorithm else 401)


def test_attack_17_the_public_key_is_no_shared_secret(client, acts, branch):
    """The classic: sign by HMAC with the RSA public key, which everybody knows, and say HMAC."""
    pen = enrol(acts.uow, branch, Algorithm.RSA_SHA256)
    for secret in (pen.public.encode(), base64.b64decode(pen.public)):
        forged = replace(pen, algorithm=Algorithm.HMAC_SHA256, secret=secret)
        assert forged.send(client, "GET", ME).status_code == 401
        assert forged.send(client, "GET", ME, scheme="LINLI-RSA-SHA256").status_code == 401


@pytest.mark.parametrize("scheme", ["LINLI-NONE", "LINLI-ED25519x", "Bearer", "Basic"])
def test_attack_17_another_scheme_is_no_signature(client, pen, scheme):
    headers = pen.headers("GET", ME, scheme=scheme)
    assert client.get(ME, headers=headers).status_code == 401


def test_attack_17_no_token_makes_anybody_a_till(client, bearer, shop):
    answer = client.get(ME, headers=bearer(Role.TERMINAL, shop_id=shop.id))
    assert answer.status_code == 403


def test_attack_19_a_till_gets_in_exactly_where_it_is_named(app, client, pen):
    """Also into no book: what names one is not there for it."""
    named = 0
    for path, method, view in guarded(app):
        target = address(path) + "?%3F=1"
        body = None if method == "GET" else {"?": 1}
        answer = pen.send(client, method, target, body)
        assert (answer.status_code == 403) == (Role.TERMINAL not in view.roles), f"{method} {path}: {answer.text}"
        assert answer.status_code != 401, f"{method} {path}"
        if Role.TERMINAL in view.roles:
            assert "<book>" not in path, path
            named += 1
    assert named >= 3


def test_attack_20_a_revoked_till_signs_nothing_more_from_its_next_request_on(client, acts, branch, pen):
    assert pen.send(client, "GET", ME).status_code == 200
    terminals.revoke_terminal(acts.uow, branch, terminal_id=pen.terminal_id, reason="stolen")
    acts.uow.session.flush()
    assert refused(pen.send(client, "GET", ME))[:2] == (401, SignatureRefused.code)
    with pytest.raises(errors.TerminalRevoked):
        terminals.revoke_terminal(acts.uow, branch, terminal_id=pen.terminal_id, reason="stolen")
    with pytest.raises(errors.TerminalMissing):
        terminals.revoke_terminal(acts.uow, branch, terminal_id=UUID(int=1), reason="x")


def test_attack_20_old_and_new_key_are_both_good_in_the_overlap_only(client, acts, pen):
    new = replace(Pen(), at=pen.at)
    made = pen.send(client, "POST", KEYS, rotation(pen, new))
    assert made.status_code == 201, made.text
    new.serial = made.json["serial"]
    almost, over = timedelta(hours=23, minutes=59), timedelta(hours=24)
    for each in (pen, new):
        assert each.send(client, "GET", ME).status_code == 200
        assert replace(each, at=pen.at + almost).send(client, "GET", ME).status_code == 200
    assert replace(pen, at=pen.at + over).send(client, "GET", ME).status_code == 401
    assert replace(new, at=pen.at + over).send(client, "GET", ME).status_code == 200
    shown = replace(new, at=pen.at + over).send(client, "GET", ME).json["keys"]
    assert [key["serial"] for key in shown] == [new.serial]


def test_attack_20_a_replaced_key_does_not_lock_its_successor_out(client, acts, pen):
    new, thief = replace(Pen(), at=pen.at), replace(Pen(), at=pen.at)
    new.serial = pen.send(client, "POST", KEYS, rotation(pen, new)).json["serial"]
    again = pen.send(client, "POST", KEYS, rotation(pen, thief))
    assert refused(again) == (409, "merchants.key_replaced", [])
    over = pen.at + timedelta(hours=26)
    assert replace(new, at=over).send(client, "GET", ME).status_code == 200
    third = replace(Pen(), at=over)
    assert replace(new, at=over).send(client, "POST", KEYS, rotation(pen, third)).status_code == 201


def test_attack_20_a_key_that_leaked_ends_when_another_takes_its_place(client, acts, pen):
    new = replace(Pen(), at=pen.at)
    made = pen.send(client, "POST", KEYS, rotation(pen, new) | {"ends_now": True})
    assert made.status_code == 201, made.text
    new.serial = made.json["serial"]
    assert refused(pen.send(client, "GET", ME))[:2] == (401, SignatureRefused.code)
    assert new.send(client, "GET", ME).status_code == 200


def test_attack_20_an_address_seen_for_the_first_time_is_an_alert_once(client, bearer, acts, branch, pen):
    def ask(address):
        headers = pen.headers("GET", ME)
        assert client.get(ME, headers=headers, environ_base={"REMOTE_ADDR": address}).status_code == 200

    ask("127.0.0.1")  # where it was enrolled
    assert terminals.list_alerts(acts.uow, branch, limit=9, cursor=None).items == []
    ask("203.0.113.9")
    ask("203.0.113.9")
    (alert,) = terminals.list_alerts(acts.uow, branch, limit=9, cursor=None).items
    assert (alert.address, alert.terminal_id, alert.serial) == ("203.0.113.9", pen.terminal_id, pen.serial)
    merchant = acts.uow.session.get_one(Merchant, branch.merchant_id)
    owner = {"kind": PersonKind.OWNER, "name": "赵掌柜", "phone": None, "person_id": ANNA, "shop_id": None}
    merchants.register_person(acts.uow, merchant, **owner)
    acts.uow.session.flush()
    path = f"/v1/me/merchants/{merchant.id}/branches/{branch.id}/terminals/alerts"
    seen = client.get(path, headers=bearer(Role.PERSON, person_id=ANNA)).json["items"]
    assert [(each["id"], each["address"]) for each in seen] == [(str(alert.id), "203.0.113.9")]
    assert client.get(path, headers=bearer(Role.PERSON, person_id=BORIS)).status_code == 404
    terminals.close_alert(acts.uow, branch, alert_id=alert.id)
    acts.uow.session.flush()
    assert terminals.list_alerts(acts.uow, branch, limit=9, cursor=None).items == []
    with pytest.raises(errors.AlertMissing):
        terminals.close_alert(acts.uow, branch, alert_id=UUID(int=1))


def test_attack_20_what_is_kept_of_a_key_signs_nothing(acts, branch):
    """Of Ed25519 and RSA only the public half is here; the shared secret is sealed."""
    pen = enrol(acts.uow, branch, Algorithm.HMAC_SHA256)
    kept = acts.uow.session.scalar(
        text("SELECT material FROM merchants_terminal_keys WHERE serial = :serial"), {"serial": pen.serial}
    )
    assert pen.secret not in bytes(kept)
    assert pen.secret.hex().encode() not in bytes(kept)
    assert vault().open(bytes(kept), context=f"merchants.terminal_keys.material:{pen.serial}") == pen.secret.hex()


def test_attack_28_a_number_of_thirty_digits_is_refused_by_its_name(api, shop):
    answer = api.post(
        f"/shops/{shop.id}/offers", {"terms": {"points_per_yuan": 10**30, "cofunding_percent": 0}}, Role.TREASURER
    )
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "terms.points_per_yuan"
    gift = {"shop_id": str(shop.id), "title": "毛巾", "points": 10**30, "stock": 1}
    assert api.post("/gifts", gift, Role.TREASURER).status_code == 422


def test_the_door_costs_one_read_and_an_act_one_write_more(client, acts, branch, pen):
    """Also while others write: nothing is queued, nobody is notified, and no second transaction commits anything."""
    with statements(every=True) as asked:
        assert pen.send(client, "GET", ME).status_code == 200
    assert len([each for each in asked if "merchants_terminal_keys k" in each]) == 1
    assert not [each for each in asked if each.lstrip().startswith(WRITES)]
    with statements(every=True) as asked:
        assert pen.send(client, "POST", COLLECT, {"code": "000000000000"}).status_code == 404
    written = [each for each in asked if each.lstrip().startswith(WRITES)]
    assert [each.split()[2] for each in written] == ["merchants_nonces"]


# --- RFC 9421


def test_the_signature_base_is_that_of_the_standard():
    """RFC 9421, B.2.6: its key signs our base to its signature."""
    components = [
        ("date", "Tue, 20 Apr 2021 02:07:55 GMT"),
        ("@method", "POST"),
        ("@path", "/foo"),
        ("@authority", "example.com"),
        ("content-type", "application/json"),
        ("content-length", "18"),
    ]
    parameters = '("date" "@method" "@path" "@authority" "content-type" "content-length")'
    base = message_signatures.base_of(components, parameters + ';created=1618884473;keyid="test-key-ed25519"')
    der = base64.b64decode("MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF")
    assert base64.b64encode(load_der_private_key(der, None).sign(base)).decode() == (
        "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="
    )


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_a_till_may_sign_by_rfc_9421(client, acts, branch, algorithm):
    pen = enrol(acts.uow, branch, algorithm)
    assert client.get(ME, headers=message_signed(pen, "GET", ME)).status_code == 200
    turned = ("content-digest", "@query", "@path", "@method")
    assert client.get(ME, headers=message_signed(pen, "GET", ME, names=turned)).status_code == 200
    body = b'{"code":"000000000000"}'
    sent = client.post(COLLECT, data=body, headers=message_signed(pen, "POST", COLLECT, body))
    assert sent.json["code"] == errors.GiftCodeNotGood.code


@pytest.mark.parametrize(
    ("details", "refusal"),
    [
        ({"seconds": 301}, ClockOff),
        ({"seconds": -301}, ClockOff),
        ({"names": ("@method", "@path", "@query")}, MessageSignatureMalformed),  # without the body
        ({"names": ("@method", "@path", "content-digest", "content-digest")}, MessageSignatureMalformed),
        ({"nonce": "short"}, MessageSignatureMalformed),
        ({"more": ";expires=9999999999"}, MessageSignatureMalformed),
        ({"more": ";created=1"}, MessageSignatureMalformed),
        ({"alg": "rsa-pss-sha512"}, MessageSignatureMalformed),
        ({"alg": "hmac-sha256"}, SignatureRefused),
    ],
)
def test_another_profile_of_rfc_9421_is_refused(client, pen, details, refusal):
    answer = client.get(ME, headers=message_signed(pen, "GET", ME, **details))
    assert refused(answer)[:2] == (401, refusal.code)


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"data": b'{"code":"000000000001"}'}, MessageSignatureMalformed),  # its digest is another
        ({"query_string": "a=1"}, SignatureRefused),
        ({"drop": "Signature"}, MessageSignatureMalformed),
        ({"drop": "Content-Digest"}, MessageSignatureMalformed),
        ({"label": "sig2"}, MessageSignatureMalformed),
    ],
)
def test_what_was_signed_by_rfc_9421_is_what_was_sent(client, pen, changed, refusal):
    body = b'{"code":"000000000000"}'
    headers = message_signed(pen, "POST", COLLECT, body)
    headers.pop(changed.pop("drop", ""), None)
    if label := changed.pop("label", ""):
        headers["Signature"] = headers["Signature"].replace("sig1", label)
    answer = client.post(COLLECT, headers=headers, **{"data": body, **changed})
    assert refused(answer)[:2] == (401, refusal.code)


def test_attack_3_a_nonce_counts_for_both_ways_of_signing(client, pen):
    nonce = "a-nonce-used-twice"
    assert pen.send(client, "POST", KEYS, rotation(pen, Pen()), nonce=nonce).status_code == 201
    body = json.dumps(rotation(pen, Pen())).encode()
    answer = client.post(KEYS, data=body, headers=message_signed(pen, "POST", KEYS, body, nonce=nonce))
    assert refused(answer)[:2] == (401, NonceReused.code)


# --- bringing a key


def bring(acts, branch, pen, *, takes_hmac=False, code="", **changes):
    made = terminals.make_enrolment_code(acts.uow, branch, name="1号机", takes_hmac=takes_hmac).code
    acts.uow.session.flush()
    code = code or made
    given = {
        "code": code,
        "algorithm": pen.algorithm,
        "public_key": pen.public,
        "proof": pen.sign(f"LINLI-ENROL\n{code}\n{pen.public}\n".encode()),
        **changes,
    }
    return terminals.enrol_terminal(acts.uow, address="127.0.0.1", **given), code


def test_a_code_brings_one_key_once_within_half_an_hour(acts, branch):
    pen = Pen()
    _, code = bring(acts, branch, pen)
    with pytest.raises(errors.EnrolmentCodeNotGood):
        bring(acts, branch, Pen(), code=code)
    late = replace(acts, uow=replace(acts.uow, now=acts.uow.now + timedelta(minutes=30)))
    unused = terminals.make_enrolment_code(acts.uow, branch, name="x", takes_hmac=False).code
    acts.uow.session.flush()
    with pytest.raises(errors.EnrolmentCodeNotGood):
        bring(late, branch, Pen(), code=unused)
    assert service.purge_enrolment_codes(replace(acts.uow, now=acts.uow.now + timedelta(days=2))) >= 2


def test_a_key_is_brought_once_and_its_private_half_must_be_there(acts, branch):
    pen = Pen()
    bring(acts, branch, pen)
    with pytest.raises(errors.KeyKnown):
        bring(acts, branch, pen)
    with pytest.raises(errors.KeyNotPossessed):
        bring(acts, branch, Pen(), proof=pen.sign(b"something else"))
    with pytest.raises(errors.KeyNotPossessed):
        bring(acts, branch, Pen(), proof="***")


@pytest.mark.parametrize(
    ("algorithm", "public_key"),
    [
        (Algorithm.ED25519, "AAAA"),
        (Algorithm.ED25519, "not base64"),
        (Algorithm.RSA_SHA256, Pen().public),
        (Algorithm.ED25519, Pen(Algorithm.RSA_SHA256, key=RSA_KEY).public),
        (Algorithm.ED25519, None),
    ],
    ids=["short", "not base64", "Ed25519 as RSA", "RSA as Ed25519", "none"],  # keys differ with every collection
)
def test_a_key_of_another_kind_is_unfit(acts, branch, algorithm, public_key):
    with pytest.raises(errors.KeyUnfit):
        bring(acts, branch, Pen(), algorithm=algorithm, public_key=public_key)


def test_an_rsa_key_that_is_too_short_is_unfit(acts, branch):
    short = Pen(Algorithm.RSA_SHA256, key=rsa.generate_private_key(65537, 1024))
    with pytest.raises(errors.KeyUnfit):
        bring(acts, branch, short)


def test_a_shared_secret_needs_a_code_that_says_so_and_is_not_rotated(client, acts, branch, pen):
    shared = Pen(Algorithm.HMAC_SHA256)
    with pytest.raises(errors.LowTierNotAllowed):
        bring(acts, branch, shared, public_key=None, proof=None)
    low = enrol(acts.uow, branch, Algorithm.HMAC_SHA256, name="旧机")
    answer = low.send(client, "POST", KEYS, rotation(low, Pen()))
    assert refused(answer)[:2] == (403, errors.LowTierNotAllowed.code)


def test_a_till_is_enrolled_over_http(client, api, shop):
    code = api.post(f"/shops/{shop.id}/terminals/codes", {"name": "1号机"}, Role.TREASURER).json["code"]
    pen = Pen()
    body = {
        "code": code,
        "algorithm": "ed25519",
        "public_key": f"-----BEGIN PUBLIC KEY-----\n{pen.public}\n-----END PUBLIC KEY-----\n",
        "proof": pen.sign(f"LINLI-ENROL\n{code}\n{pen.public}\n".encode()),
    }
    clock = {"Linli-Demo-Clock": "2026-06-15T10:00:00+08:00"}
    made = client.post("/v1/terminals", json=body, headers=clock)
    assert made.status_code == 201, made.text
    assert made.json["secret"] is None
    assert client.post("/v1/terminals", json=body, headers=clock).status_code == 422
    (till,) = api.get(f"/shops/{shop.id}/terminals", Role.AUDITOR).json["items"]
    assert (till["id"], till["keys"][0]["serial"]) == (made.json["terminal_id"], made.json["serial"])
    gone = api.post(f"/shops/{shop.id}/terminals/{till['id']}/revoke", {"reason": "lost"}, Role.TREASURER)
    assert gone.status_code == 200
