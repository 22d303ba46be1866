"""A programme from the paper list of a community office through a year: every month's books agree, whoever looks."""

import json
import subprocess
import sys
from datetime import date, timedelta
from uuid import UUID

import pytest

from app.enrolment.terms import CSV, XLSX
from app.kernel.actor import Role
from tests.fixtures.servers import ROOT
from tests.journeys.programme import Community, Judges, month_days, paper_csv, paper_workbook, person
from tests.points.test_export import FORMS, hledger_or_skip

NAMES = [
    "李桂芳",
    "王建国",
    "赵敏",
    "孙秀兰",
    "周志强",
    "吴丽华",
    "郑国庆",
    "冯玉珍",
    "陈海燕",
    "褚卫东",
    "卫淑英",
    "蒋文斌",
]
COORDINATOR, RESIDENT, CLERK, CASHIER = Role.COORDINATOR, Role.RESIDENT, Role.CLERK, Role.CASHIER
WRONGED, SHOPPER, MOVER = NAMES[5], NAMES[6], NAMES[4]
RULES_NEEDED = {"vol.hours", "report.valid", "claim.done"}


BUILDINGS = ["3", "5", "12"]
FULL_WIDTH = str.maketrans("0123456789-", "０１２３４５６７８９－")


def rows(bad=False):
    """Twelve paper passbooks, four of each building, with what offices do to them; the first four expire in June."""
    phones = [
        lambda n: 13800000000 + n,
        lambda n: f"138 0000 {n:04d} ",
        lambda n: f"1380000{n:04d}".translate(FULL_WIDTH),
    ]
    days = ["2026年6月30日", 46203, date(2026, 6, 30), "2026.6.30"]  # 46203: the same day, its format lost
    made = []
    for n, name in enumerate(NAMES):
        number, points = f"MLH-{n + 1:04d}", 40 + n
        if n % 3 == 2:
            number, points = number.translate(FULL_WIDTH), str(points).translate(FULL_WIDTH)
        building = f"{BUILDINGS[n // 4]}栋"
        unit, room = f"{n % 2 + 1}单元", f"{n + 1}01 "
        expires = days[n] if n < len(days) else date(2027, 12, 31)
        made.append([f"{name}　", phones[n % 3](n), building, unit, room, number, points, expires])
    if bad:
        made[7][6] = "四十七"
    return made


@pytest.fixture
def home(real_commits):
    return Community(real_commits, "meilihua")


@pytest.fixture
def there(real_commits):
    return Community(real_commits, "zhongyi")


def set_up(community):
    """The district opens the book from the community template; two people publish its rules; money and points come."""
    made = community.post("/v1/books", {"code": community.book, "template": "community"}, Role.DISTRICT)
    for rule in made["rules"]:
        if rule["code"] in RULES_NEEDED:
            community.approve({"id": rule["proposal_id"]})
    budgets = {budget["name"]: budget["id"] for budget in made["budgets"]}
    sponsor = made["sponsors"][0]["id"]
    money = {"amount_fen": 5_000_000, "bank_reference": f"ICBC-{community.book}"}
    community.post(f"/sponsors/{sponsor}/funding", money)
    for name in ("志愿服务", "随手拍"):
        community.approve(community.post(f"/budgets/{budgets[name]}/mint", {"points": 20_000}))
    return sponsor, budgets


def take_paper_over(home, budget):
    """The list is refused with its bad cell named, then taken in as a whole; the same file again changes nothing."""

    def upload(content, kind=XLSX):
        answer = home.ask("POST", f"/imports?budget_id={budget}", Role.TREASURER, data=content, content_type=kind)
        assert answer.status_code in {200, 202}, answer.text
        home.work()
        return home.get(f"/imports/{answer.json['id']}", Role.TREASURER)

    refused = upload(paper_csv(rows(bad=True)), CSV)
    assert refused["state"] == "refused"
    found = home.get(f"/imports/{refused['id']}/problems", Role.TREASURER)["items"]
    assert [(each["cell"], each["field"]) for each in found if each["severity"] == "error"] == [("G10", "points")]
    assert home.get("/residents", Role.TREASURER)["items"] == []
    workbook = paper_workbook(rows())
    checked = upload(workbook)
    assert (checked["state"], checked["rows_total"], checked["warnings"]) == ("checked", len(NAMES), 0), checked
    assert checked["points_total"] == sum(range(40, 40 + len(NAMES)))
    home.post(f"/imports/{checked['id']}/commit")
    home.work()
    assert home.get(f"/imports/{checked['id']}", Role.TREASURER)["state"] == "committed"
    assert upload(workbook) == home.get(f"/imports/{checked['id']}", Role.TREASURER)  # the very file: nothing is new
    assert upload(paper_workbook(rows(), saved="again"))["state"] == "refused"  # saved once more
    assert upload(paper_csv(rows()), CSV)["state"] == "refused"  # or as another kind of file
    residents = home.get("/residents?limit=100", Role.TREASURER)["items"]
    assert len(residents) == len(NAMES)
    homes = {found["name"]: (found["building"], found["unit"], found["room"]) for found in residents}
    assert homes == {name: (BUILDINGS[n // 4], str(n % 2 + 1), f"{n + 1}01") for n, name in enumerate(NAMES)}
    assert {found["phone"] for found in residents} == {f"138****{n:04d}" for n in range(len(NAMES))}
    assert {found["passbook_no"] for found in residents} == {f"MLH-{n + 1:04d}" for n in range(len(NAMES))}
    return {found["name"]: UUID(found["id"]) for found in residents}


def agree_on_clearing(home, there, sponsors):
    """Two points here are one there, for both; two people of each side approve."""
    for one, other, sponsor, num, den in ((home, there, sponsors[0], 1, 2), (there, home, sponsors[1], 2, 1)):
        terms = {
            "partner": other.book,
            "rate_num": num,
            "rate_den": den,
            "points_min": 2,
            "points_max": 100,
            "month_points_max": 200,
            "valid_from": "2026-01-01",
            "valid_to": "2026-12-31",
        }
        one.approve(one.post("/clearing/agreements", {"terms": terms, "sponsor_id": sponsor}))
    home.work()


def earn(home, ids, allotment):
    """Volunteering from the coordinator's allotment, by the roster; the roster sent twice pays once."""
    roster = {
        "rule": "vol.hours",
        "activity": f"楼道保洁 {home.day:%m月}",
        "performed_on": home.day.isoformat(),
        "allotment_id": allotment,
        "awards": [{"resident_id": str(id_), "minutes": 90, "grade": "A"} for id_ in ids],
    }
    first = home.post("/awards/batch", roster, COORDINATOR)
    assert (first["awarded"], first["declined"], first["points"]) == (len(ids), 0, 15 * len(ids))
    again = home.post("/awards/batch", roster, COORDINATOR)
    assert all(item["replayed"] for item in again["items"])
    return [item["award_id"] for item in first["items"]]


def spend(home, resident, shop, points, number="1"):
    """At the till."""
    code = home.ask("POST", "/passbook/codes", RESIDENT, who=resident, json={}).json["code"]
    order = {"code": code, "points": points, "out_trade_no": f"{home.day:%Y%m%d}-{number}-{resident.hex[-8:]}"}
    payment = home.post("/payments", order, CASHIER, shop=UUID(shop))
    home.post(f"/payments/{payment['id']}/capture", {}, CASHIER, shop=UUID(shop))


def sums(community, **more):
    trial = community.get("/trial-balance", **more)
    assert trial["balanced"], trial
    assert trial["sums"] == {"points": 0, "fen": 0}
    return {row["kind"]: row["balance"] for row in trial["rows"]}


def test_a_year_of_a_programme(home, there, tmp_path):
    (sponsor, budgets), (other_sponsor, _) = set_up(home), set_up(there)
    residents = take_paper_over(home, budgets["志愿服务"])
    agree_on_clearing(home, there, (sponsor, other_sponsor))
    home.post("/holders", {"kind": "station", "name": "南门驿站", "holder_id": str(person("station"))})
    shop = home.post("/shops", {"name": "忠义粮油店", "street": "忠义街"})["id"]
    year = Year(home, there, residents, budgets, shop)
    judges = Judges(tmp_path)
    for month, fifteenth, closing in month_days(2026):
        year.live(month, fifteenth)
        year.close(month, closing)
        judges.look(f"{month:02}", [home.book, there.book])
    year.look_back(tmp_path)
    judges.hear()
    assert len(list(tmp_path.glob("??-*"))) == 12 * 2 * len(FORMS)
    hledger_or_skip()  # where it is missing: all of this was seen, and one judge was not heard


class Year:
    """Twelve months, one after another."""

    def __init__(self, home, there, residents, budgets, shop):
        self.home, self.there, self.residents, self.budgets, self.shop = home, there, residents, budgets, shop
        self.wrong = None

    def live(self, month, day):
        """Volunteering, shopping, a problem reported; in June a wrong award, in August points for the other book."""
        home = self.home.later(day)
        station = {"holder_kind": "station", "holder_id": str(person("station")), "points": 200}
        period = {"period_from": f"{day:%Y-%m}-01", "period_to": f"{day:%Y-%m}-28"}
        more = {"budget_id": self.budgets["志愿服务"], "spender_ids": [str(person(COORDINATOR))]}
        paid = earn(home, self.residents.values(), home.post("/allotments", station | period | more)["allotment"]["id"])
        self.report_a_problem(home)
        spend(home, self.residents[WRONGED], self.shop, 20 if month < 6 else 10)
        spend(home, self.residents[SHOPPER], self.shop, 5)
        if month == 5:
            self.wrong = paid[NAMES.index(WRONGED)]
        if month == 6:
            self.take_back(home)
        if month == 8:
            self.clear_points(home)

    def report_a_problem(self, home):
        """A clerk accepts it, and the rule pays its reporter."""
        seen = {"text": f"{home.day.month} 月路灯不亮", "place": "3号楼"}
        filed = home.post("/reports", seen, RESIDENT, who=self.residents[SHOPPER])
        accepted = home.post(f"/reports/{filed['id']}/accept", {}, CLERK)
        assert (accepted["state"], accepted["points"]) == ("accepted", 2)

    def take_back(self, home):
        """An award of May was wrong and everything is spent: two people take it back, and what is gone is owed."""
        wronged = self.residents[WRONGED]
        left = home.get("/passbook", RESIDENT, who=wronged)["available"]
        spend(home, wronged, self.shop, left - 4, number="all")
        home.approve(home.post(f"/awards/{self.wrong}/undo", {"reason": "名单登记错误"}, COORDINATOR))
        passbook = home.get("/passbook", RESIDENT, who=wronged)
        assert (passbook["available"], passbook["owed"]) == (4, 15)  # the 4 are of another award, and stay

    def clear_points(self, home):
        """40 points here are 20 there; what the first book owes the second is 4 yuan."""
        moving = {"to": self.there.book, "points": 40, "reference": "move-1"}
        sent = home.post("/clearing/transfers", moving, RESIDENT, who=self.residents[MOVER])
        assert (sent["state"], sent["partner_points"], sent["fen"]) == ("sent", 20, 400)
        home.work()
        shown = home.get(f"/clearing/transfers/{sent['id']}", RESIDENT, who=self.residents[MOVER])
        assert shown["state"] == "arrived"

    def close(self, month, day):
        """Two days into the next month: what lapsed leaves, the shop is paid, both months are closed."""
        home, there = self.home.later(day), self.there.later(day)
        home.run_daily()
        terms = home.post("/payout-terms", {"terms": {"payout_days": 0, "new_shop_days": 0}})
        home.post(f"/payout-terms/{terms['id']}/approve", who="deputy")
        stated = home.post("/settlements", {"shop_id": self.shop, "through": str(day - timedelta(days=3))})
        home.post(f"/settlements/{stated['id']}/approve", who="deputy")
        home.post(f"/settlements/{stated['id']}/pay", {"bank_reference": f"PAY-{month}"}, who="deputy")
        home.run_netting()
        if month == 8:
            self.net(home, there)
        for community in (home, there):
            assert community.post("/month-closings", {"month": f"2026-{month:02}"})["month"] == f"2026-{month:02}"
            sums(community)
        late = {"rule": "vol.hours", "activity": "补登", "performed_on": f"2026-{month:02}-20"}
        if month == 9:  # told after the closing: paid, and dated in the month that is open
            row = {"resident_id": str(self.residents[SHOPPER]), "minutes": 30, "grade": "A"}
            told = home.post("/awards", late | row, COORDINATOR)
            shown = home.get(f"/transactions/{told['transaction_id']}")
            assert shown["effective_at"].startswith("2026-10-01")

    def net(self, home, there):
        """Both books have counted August and agree; the first pays the second."""
        for community, fen in ((home, 400), (there, -400)):
            [netting] = community.get("/clearing/nettings", Role.TREASURER)["items"]
            assert (netting["net_fen"], netting["difference_fen"]) == (fen, 0), netting
            paying = {"bank_reference": "ICBC-CLEARING-08"}
            community.approve(community.post(f"/clearing/nettings/{netting['id']}/payment", paying))

    def look_back(self, folder):
        """What the year says, to the auditor and to a resident."""
        home, there = self.home.later(date(2027, 1, 5)), self.there.later(date(2027, 1, 5))
        months = home.get("/figures?from=2026-01&to=2026-12")["months"]
        assert len(months) == 12
        now, year_end = sums(home), sums(home, query_string={"as_of": "2027-01-01T00:00:00+08:00"})
        assert year_end["issuance"] == now["issuance"] == -40_000
        assert sums(there)["clearing_due"] == sums(home)["clearing_due"] == 0
        assert (
            home.get("/passbook", RESIDENT, who=self.residents[NAMES[0]])["posted"] == 12 * 15
        )  # the paper points lapsed
        assert there.get("/passbook", RESIDENT, who=self.residents[MOVER])["posted"] == 20
        self.look_at_a_passbook(home, self.residents[SHOPPER], folder)

    def look_at_a_passbook(self, home, who, folder):
        """Sentences, the year's summary, and files that others can check."""
        lines = home.get("/passbook/entries?limit=100", RESIDENT, who=who)["items"]
        assert any("楼道保洁" in line["sentence"] and "90" in line["sentence"] for line in lines)
        assert any("忠义粮油店" in line["sentence"] for line in lines)
        assert "MLH-0007" in lines[-1]["sentence"]  # the paper passbook it began with
        assert len(home.get("/passbook/years/2026", RESIDENT, who=who)["months"]) == 12
        export = folder / "passbook.json"
        export.write_bytes(home.ask("GET", "/passbook/export", RESIDENT, who=who).data)
        told = subprocess.run(
            [sys.executable, ROOT / "tools" / "verify_passbook.py", export], capture_output=True, text=True, check=False
        )
        assert told.returncode == 0, told.stdout + told.stderr
        assert json.loads(export.read_text(encoding="utf-8"))["version"] == len(lines)
        assert home.ask("GET", "/passbook/export.pdf", RESIDENT, who=who).data.startswith(b"%PDF")
