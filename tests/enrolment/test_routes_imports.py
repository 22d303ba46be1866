"""A file of residents from upload to undo, over HTTP."""

from tests.enrolment.desk import HEADER, LI, WANG, ZHAO, as_csv, as_xlsx
from tests.points.api import refused

LIST = [HEADER, LI, WANG, ZHAO]


def test_a_list_is_checked_then_taken_in(desk, acts):
    found = desk.check(as_xlsx(*LIST))
    assert (found["state"], found["rows_total"], found["rows_done"], found["errors"]) == ("checked", 3, 3, 0)
    assert found["points_total"] == 1245
    assert desk.residents() == []
    assert desk.commit(found["id"]).status_code == 202
    assert desk.show(found["id"])["state"] == "committing"
    desk.work()
    done = desk.show(found["id"])
    assert (done["state"], done["failure"]) == ("committed", None)
    li, wang, zhao = desk.residents()
    assert (li["name"], li["phone"], li["building"], li["unit"], li["room"]) == (
        "李桂芳",
        "138****5678",
        "3",
        "2",
        "501",
    )
    assert zhao["phone"] is None
    assert len({person["household_id"] for person in (li, wang, zhao)}) == 3
    trial = acts.trial()
    assert (trial["resident"], trial["points_liability"]) == (1245, 12450)
    assert desk.api.get("/residents?passbook_no=a001").json["items"] == [li]
    assert acts.available(__import__("uuid").UUID(wang["id"])) == 1200
