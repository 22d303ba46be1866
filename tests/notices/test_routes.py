from app.kernel.actor import Role
from app.notices import service
from tests.notices.conftest import ANNA, ANNA_ID, BORIS_ID, TEMPLATE, TEMPLATE_ID

HERE = "/v1/me/notices"


def report(client, headers, *answers):
    return client.post(f"{HERE}/subscriptions", headers=headers, json={"answers": list(answers)})


def test_what_is_accepted_is_counted_for_who_accepts(client, bearer, stand_in):
    anna = bearer(Role.PERSON, person_id=ANNA_ID)
    answers = [
        {"template_id": TEMPLATE_ID, "answer": "accept"},
        {"template_id": TEMPLATE_ID, "answer": "accept"},
        {"template_id": "linli-stand-in-duty-reminder", "answer": "reject"},
    ]
    answer = report(client, anna, *answers)
    assert answer.status_code == 200
    counts = {item["key"]: item["remaining"] for item in answer.json["items"]}
    assert (counts[TEMPLATE], counts["duty_reminder"]) == (2, 0)
    boris = client.get(f"{HERE}/templates", headers=bearer(Role.PERSON, person_id=BORIS_ID)).json["items"]
    assert {item["remaining"] for item in boris} == {0}
    shown = next(item for item in boris if item["key"] == TEMPLATE)
    assert shown["zh"]["title"] == "积分到账通知"
    assert shown["en"]["lines"][0] == {"label": "Points", "sample": "30"}


def test_a_report_sent_again_counts_once(client, bearer):
    anna = bearer(Role.PERSON, person_id=ANNA_ID) | {"Idempotency-Key": "k-1"}
    once = [report(client, anna, {"template_id": TEMPLATE_ID, "answer": "accept"}) for _ in range(2)]
    assert [item["remaining"] for answer in once for item in answer.json["items"] if item["key"] == TEMPLATE] == [1, 1]


def test_unknown_templates_and_answers_are_refused(client, bearer):
    anna = bearer(Role.PERSON, person_id=ANNA_ID)
    unknown = report(client, anna, {"template_id": "nobody-knows", "answer": "accept"})
    assert (unknown.status_code, unknown.json["code"]) == (422, "notices.template_unknown")
    assert report(client, anna, {"template_id": TEMPLATE_ID, "answer": "maybe"}).status_code == 422
    assert report(client, anna).status_code == 422
    assert report(client, anna, *[{"template_id": TEMPLATE_ID, "answer": "accept"}] * 6).status_code == 422


def test_everybody_reads_their_own_notices_only(client, bearer, uow):
    for number in range(3):
        service.queue_notice(
            uow,
            person_id=ANNA_ID,
            template="account_alert",
            values={"what": ANNA, "at": uow.now, "hint": "x"},
            dedupe_key=f"k{number}",
        )
    uow.session.flush()
    anna = bearer(Role.PERSON, person_id=ANNA_ID)
    first = client.get(f"{HERE}?limit=2", headers=anna).json
    rest = client.get(f"{HERE}?limit=2&cursor={first['next_cursor']}", headers=anna).json
    assert (len(first["items"]), len(rest["items"]), rest["next_cursor"]) == (2, 1, None)
    assert {item["state"] for item in first["items"]} == {"queued"}
    assert client.get(HERE, headers=bearer(Role.PERSON, person_id=BORIS_ID)).json["items"] == []
