"""The requests of the walk: what each route is sent, where its path alone does not say it.

"<kind>" stands for an id of that kind; the walk puts in one of another book, and ids of the own book for all others.
"""

from typing import Any

from tests.isolation.neighbourhood import PROPOSER
from tests.media.pictures import jpeg, scene

# What one may name although no book knows it: people and sponsors have one id in all books, and a passbook that never
# moved reads as empty. Their answers must not tell what another book holds for them.
OPAQUE = {"owner_id", "resident_id", "moved_id", "sponsor_id", "activity_id", "person_id", "value"}
# Fields whose ids are words; all others are known by being UUIDs.
WORDS = {"rule", "facts_of", "code"}
# Arguments of paths that are no ids.
PLAIN = {"year": "2026", "version": "1"}

SINCE = {"valid_from": "2026-01-01", "valid_to": "2026-12-31"}
TERMS = {"partner": "elsewhere", "rate_num": 1, "rate_den": 1, "points_min": 1, "points_max": 5, "month_points_max": 9}
DEFINITION = {"budget_id": "<budget_id>", "formula": "events", "points_max": 5}
ACTIVITY = {
    "rule": "<code>",
    "activity": "清扫楼道",
    "activity_id": "<activity_id>",
    "allotment_id": "<allotment_id>",
    "performed_on": "2026-06-14",
}
PRESENT = [{"resident_id": "<resident_id>", "events": 1}, {"resident_id": "<moved_id>", "events": 1}]
ROSTER = ACTIVITY | {"awards": PRESENT}
PAPER = {"resident_id": "<resident_id>", "points": 5, "expires_on": "2026-12-31", "passbook_no": "P-1"}
WHY = {"reason": "x"}
NIGHT = {"starts_at": "20:00", "ends_at": "08:00"}
SINCE_TODAY = {"valid_from": "2026-06-15"}
BANK = {"bank": "工商银行", "holder": "面馆", "account_no": "6222020200012345678"}
PAPERS = {
    "name": "面馆",
    "licence_no": "91310000MA1K000006",
    "contact_name": "赵掌柜",
    "contact_phone": "13700001111",
    "bank": BANK,
}
HOUSE = {"kind": "staff", "name": "店员", "shop_id": "<shop_id>", "person_id": "<person_id>"}
HELPED = {"guardian_phone": "13812345678", "kind": "child", "reason": "x"}

SPOT = {"lat": 31.23, "lng": 120.12, "datum": "gcj02"}

# Bodies for the routes that need one, by method and path after the book.
BODIES: dict[str, dict[str, Any]] = {
    "POST /sponsors": {"sponsor_id": "<sponsor_id>", "name": "商会"},
    "POST /sponsors/<sponsor_id>/funding": {"amount_fen": 5, "bank_reference": "ICBC-2"},
    "POST /holders": {"holder_id": "<holder_id>", "kind": "station", "name": "驿站"},
    "POST /budgets": {"sponsor_id": "<sponsor_id>", "name": "夏季", "point_value_fen": 1},
    "POST /budgets/<budget_id>/mint": {"points": 5},
    "POST /opening-balances": {"budget_id": "<budget_id>", "rows": [PAPER]},
    "POST /imports/<import_id>/undo": WHY,
    "POST /residents": {
        "budget_id": "<budget_id>",
        "resident": {"name": "张三", "passbook_no": "Z-2", "points": 5, "expires_on": "2026-12-31"},
    },
    "POST /allotments": {
        "budget_id": "<budget_id>",
        "holder_kind": "station",
        "holder_id": "<holder_id>",
        "period_from": "2026-06-15",
        "period_to": "2026-06-30",
        "points": 5,
        "spender_ids": ["<person_id>"],
    },
    "POST /allotments/<allotment_id>/points": {"points": 5},
    "POST /allotments/<allotment_id>/spenders": {"person_ids": ["<person_id>"]},
    "POST /allotments/<allotment_id>/spenders/remove": {"person_ids": ["<person_id>"]},
    "POST /award-rules": {"code": "<code>", "title": "一条规则"},
    "POST /award-rules/<code>/versions": {"definition": DEFINITION},
    "POST /award-rules/dry-runs": {
        "rule": "<code>",
        "definition": DEFINITION,
        "facts_of": ["<code>"],
        "period": {"from": "2026-06-01", "to": "2026-06-30"},
    },
    "POST /reports": {"text": "路灯不亮", "place": "3号楼", "photo_ids": ["<photo_id>"]},
    "POST /awards": ACTIVITY | {"resident_id": "<resident_id>", "events": 1},
    "POST /awards/batch": ROSTER,
    "POST /awards/preview": ROSTER,
    "POST /awards/<award_id>/undo": WHY,
    "POST /transactions/<transaction_id>/reverse": WHY,
    "POST /passbooks/<owner_id>/freeze": WHY,
    "POST /passbooks/<owner_id>/thaw": WHY,
    "POST /passbooks/<owner_id>/household": {"lives_with": "<moved_id>", "reason": "x"},
    "POST /passbooks/<owner_id>/household/leave": WHY,
    "POST /passbooks/<owner_id>/transfer": {"successor_id": "<moved_id>", "kind": "move", "reason": "x"},
    "POST /proposals/<proposal_id>/reject": WHY,
    "POST /wards": HELPED | {"name": "小红"},
    "POST /wards/<ward_id>/close": {"confirm": "注销"},
    "POST /guardianships": HELPED | {"ward_id": "<ward_id>"},
    "POST /guardianships/<guardianship_id>/end": WHY,
    "POST /gatherings": {
        "title": "河道巡查",
        "rule": "<code>",
        "starts_at": "2026-06-15T10:00:00+08:00",
        "ends_at": "2026-06-15T12:00:00+08:00",
        "position": SPOT,
    },
    "POST /gatherings/<gathering_id>/scans": {"site_code": "12345678", "position": SPOT},
    "POST /gatherings/<gathering_id>/heads": {"heads": 1},
    "POST /gatherings/<gathering_id>/stays/<resident_id>/decide": {"accepted": True, "reason": "x"},
    "POST /award-checks/<check_id>/confirm": {},
    "POST /award-checks/<check_id>/reject": WHY,
    "POST /award-policy": {
        "roster_required": False,
        "paper_points_max": 100,
        "alone_points_max": 240,
        "sample_permille": 20,
    },
    "POST /award-policy-proposals": {
        "roster_required": False,
        "paper_points_max": 200,
        "alone_points_max": 240,
        "sample_permille": 0,
        "reason": "x",
    },
    "POST /award-policy-proposals/<policy_proposal_id>/reject": WHY,
    "POST /reports/<report_id>/accept": {"rule": "<code>"},
    "POST /reports/<report_id>/reject": WHY,
    "POST /reports/<report_id>/split": WHY,
    "POST /reports/<report_id>/join": WHY | {"problem_id": "<problem_id>"},
    "POST /residencies/<residency_id>/confirm": {"resident_id": "<listed_id>"},
    "POST /residencies/<residency_id>/refuse": WHY,
    "POST /residencies/<residency_id>/end": WHY,
    "POST /residencies/<residency_id>/relatives": {"other_residency_id": "<other_residency_id>", "kind": "sibling"},
    "POST /residencies/<residency_id>/relatives/<relative_id>/end": WHY,
    "POST /merchant-applications": {"merchant_id": "<merchant_id>", "papers": PAPERS},
    "POST /merchant-applications/<application_id>/reject": WHY,
    "POST /merchants/<merchant_id>/bank": {"bank": BANK},
    "POST /merchants/<merchant_id>/state": {"state": "suspended", "reason": "x"},
    "POST /merchants/<merchant_id>/people": HOUSE,
    "POST /merchants/<merchant_id>/people/<registration_id>/end": WHY,
    "POST /shops/<shop_id>/state": {"state": "suspended", "reason": "x"},
    "POST /shops/<shop_id>/position": {"position": SPOT},
    "POST /offers/nearby": {"position": SPOT},
    "POST /shops/<shop_id>/offers/<offer_id>/agree": {"paper": "协议 12 号"},
    "POST /settlements/check": {"settlement_ids": ["<settlement_id>"]},
    "POST /settlements/approve": {"settlement_ids": ["<settlement_id>"]},
    "POST /shops/<shop_id>/offers": {"terms": {"points_per_yuan": 10, "cofunding_percent": 0}},
    "POST /shops/<shop_id>/terminals/codes": {"name": "1号机"},
    "POST /shops/<shop_id>/terminals/<terminal_id>/revoke": WHY,
    "POST /gifts": {"shop_id": "<shop_id>", "title": "毛巾", "points": 5, "stock": 9},
    "POST /gifts/<gift_id>/stock": {"pieces": 1},
    "POST /passbook/redemptions": {"quote_id": "<redemption_id>"},
    "POST /passbook/redemption-quotes": {"scene": "s.0123456789.1.01234567", "order_fen": 100},
    "POST /payments": {"code": "<payment_code>", "points": 5, "order_fen": 10_000, "out_trade_no": "no-5"},
    "POST /payments/<payment_id>/capture": {"points": 5},
    "POST /payments/<payment_id>/refunds": {"points": 5, "out_refund_no": "r-1"},
    "POST /shops/<shop_id>/webhooks": {"url": "https://shop.example.cn/linli", "types": ["redemption.captured"]},
    "POST /shops/<shop_id>/webhooks/<webhook_id>/replays": {
        "since": "2026-06-15T00:00:00+08:00",
        "until": "2026-06-16T00:00:00+08:00",
    },
    "POST /mall/shops": {"shop_number": "S-1", "shop_id": "<shop_id>", "rule": "<code>"},
    "POST /settlements": {"shop_id": "<shop_id>", "through": "2026-06-15"},
    "POST /settlements/<settlement_id>/pay": {"bank_reference": "ICBC-1"},
    "POST /passbook/redemptions/<redemption_id>/complaint": {"kind": "other", "text": "x"},
    "POST /passbook/gift-reservations/<reservation_id>/complaint": {"kind": "other", "text": "x"},
    "POST /complaints/<complaint_id>/decide": {"outcome": "reject", "reason": "x"},
    "POST /settlements/<settlement_id>/disputes": {"transaction_id": "<line_id>", "reason": "x"},
    "POST /settlement-disputes/<dispute_id>/close": {"outcome": "for_shop", "reason": "x"},
    "POST /settlement-disputes/<dispute_id>/adjustments": {"fen": -5, "sponsor_id": "<sponsor_id>", "reason": "x"},
    "POST /payout-terms": {"shop_id": "<shop_id>", "terms": {"payout_days": 2}},
    "POST /adjustments": {"shop_id": "<shop_id>", "fen": 5, "sponsor_id": "<sponsor_id>", "reason": "x"},
    "POST /clearing/agreements": {"sponsor_id": "<sponsor_id>", "terms": TERMS | SINCE},
    "POST /clearing/agreements/<agreement_id>/stop": WHY,
    "POST /clearing/transfers": {"to": "<partner>", "points": 5, "reference": "move-1"},
    "POST /clearing/nettings": {"agreement_id": "<agreement_id>", "month": "2026-05"},
    "POST /areas": {
        "parent_id": "<parent_id>",
        "kind": "building",
        "name": "9号楼",
        "code": "<code>",
        "grid_id": "<grid_id>",
    },
    "POST /areas/<area_id>/change": {"code": "<code>", "grid_id": "<grid_id>"},
    "POST /areas/<area_id>/move": {"parent_id": "<parent_id>"},
    "POST /units": {"kind": "station", "name": "驿站", "area_id": "<area_id>"},
    "POST /units/<unit_id>/services": {"area_id": "<area_id>", "valid_from": "2026-06-15"},
    "POST /units/<unit_id>/services/<service_id>/end": {"last_day": "2026-12-31"},
    "POST /units/<unit_id>/patterns": {"weekly": NIGHT | {"weekday": 1, "person_id": "<person_id>"} | SINCE_TODAY},
    "POST /units/<unit_id>/patterns/<pattern_id>/end": {"last_day": "2026-12-31"},
    "POST /units/<unit_id>/shifts": NIGHT | {"person_id": "<person_id>", "day": "2026-06-21", "reason": "x"},
    "POST /units/<unit_id>/shifts/<shift_id>/swap": {"person_id": "<person_id>", "day": "2026-06-20", "reason": "x"},
    "POST /qr-points": {"area_id": "<area_id>", "purpose": "notice", "place": "后门"},
    "POST /qr-points/batch": {"within": "<within>", "purpose": "notice", "per": "building"},
    "POST /qr-points/<qr_point_id>/revoke": WHY,
    "POST /clearing/nettings/<netting_id>/payment": {"bank_reference": "ICBC-1"},
    "POST /risk/lists/<list_code>/items": {"value": "<value>", "reason": "x"},
    "POST /risk/lists/<list_code>/items/<item_id>/remove": {"reason": "x"},
    "POST /risk/decisions/<decision_id>/snooze": {"rule_id": "check-far", "days": 1, "reason": "x"},
    "POST /risk/cases/<case_id>/comments": {"text": "x"},
    "POST /risk/cases/<case_id>/take-over": {"text": "x"},
    "POST /risk/cases/<case_id>/close": {"label": "false_positive", "text": "x", "revision": 1},
    "POST /risk/appeals/<appeal_id>/answer": {"overturned": True, "answer": "x"},
    "POST /risk/own-decisions/<decision_id>/appeal": {"text": "x"},
}
# Queries that name an id, each asked alone. A list that an id of another book narrows is as empty as one of nobody's.
QUERIES: dict[str, list[dict[str, str]]] = {
    "GET /allotments": [{"holder_id": "<holder_id>"}],
    "GET /awards": [
        {"budget_id": "<budget_id>"},
        {"sponsor_id": "<sponsor_id>"},
        {"allotment_id": "<allotment_id>"},
        {"coordinator_id": "<person_id>"},
        {"rule": "<code>"},
    ],
    "GET /awards/own": [{"rule": "<code>"}],
    "GET /areas": [{"within": "<within>"}],
    "GET /qr-points": [{"within": "<within>"}],
    "GET /risk/decisions": [
        {"resident_id": "<resident_id>"},
        {"person_id": "<person_id>"},
        {"shop_id": "<shop_id>"},
        {"terminal_id": "<terminal_id>"},
        {"coordinator_id": "<person_id>"},
    ],
    "GET /risk/cases": [{"about_id": "<resident_id>"}],
    "GET /settlements": [{"shop_id": "<shop_id>"}],
    "GET /gifts": [{"shop_id": "<shop_id>"}],
    "GET /payments": [{"out_trade_no": "<out_trade_no>"}],
    "GET /guardianships": [{"ward_id": "<ward_id>"}],
    "GET /residents": [{"passbook_no": "<passbook_no>"}],
    "POST /imports": [{"budget_id": "<budget_id>"}],
}
# Files, for the routes that take one instead of JSON: their type and their bytes.
UPLOADS = {
    "POST /imports": (
        "text/csv",
        "姓名,电话,楼栋,单元,室,存折号,余额,到期日\n张三,,1,1,101,Z-1,5,2026-12-31\n".encode(),
    )
}

UPLOADS["POST /photos"] = ("image/jpeg", jpeg(scene(2)))

UPLOADS["POST /payouts/<payout_id>/result"] = (
    "text/csv",
    "客户流水号,结果,失败原因,银行流水号\n000001-0001,成功,,B1\n".encode(),
)

# Who asks, where it matters: by who may withdraw a proposal it is found.
CALLERS = {
    "POST /proposals/<proposal_id>/withdraw": PROPOSER,
    "POST /award-policy-proposals/<policy_proposal_id>/withdraw": PROPOSER,
    # not by who leads it
    "POST /gatherings/<gathering_id>/stays/<resident_id>/decide": PROPOSER,
    # nor by who has a part in what is looked into
    "POST /risk/cases/<case_id>/take": PROPOSER,
    "POST /risk/cases/<case_id>/take-over": PROPOSER,
    "POST /risk/cases/<case_id>/comments": PROPOSER,
    "POST /risk/cases/<case_id>/close": PROPOSER,
    "POST /risk/appeals/<appeal_id>/answer": PROPOSER,
    # nor by whose own it is
    "POST /award-checks/<check_id>/confirm": PROPOSER,
    "POST /award-checks/<check_id>/reject": PROPOSER,
}

# Where an id that is unknown is answered otherwise than by 404, and why that is right.
NOT_404: dict[tuple[str, str], int] = {
    # a roster is answered row by row
    ("POST /awards/batch", "code"): 201,
    ("POST /awards/batch", "allotment_id"): 201,
    ("POST /awards/preview", "code"): 200,
    ("POST /awards/preview", "allotment_id"): 200,
    # a book may use words and name stations as it likes, whatever another one calls so
    ("POST /award-rules", "code"): 201,
    # of many that are to be signed each has its own outcome
    ("POST /settlements/check", "settlement_id"): 200,
    ("POST /settlements/approve", "settlement_id"): 200,
    ("POST /holders", "holder_id"): 200,
    # a gathering names its rule as a word, which is looked up when it is paid
    ("POST /gatherings", "code"): 201,
    # and give its areas the codes it likes
    ("POST /areas", "code"): 201,
    ("POST /areas/<area_id>/change", "code"): 200,
    # facts are tried on a formula; neither the code nor the budget of a new rule need be there, and nothing is kept
    ("POST /award-rules/dry-runs", "code"): 200,
    ("POST /award-rules/dry-runs", "budget_id"): 200,
    # a quote is one's own and good, or it is gone
    ("POST /passbook/redemptions", "redemption_id"): 409,
    # a code is good or not, and never says why
    ("POST /payments", "payment_code"): 409,
    # there is nothing in force with a book that is nowhere, nor with the partner of others
    ("POST /clearing/transfers", "partner"): 409,
}
# Of these, those that write something in the own book; a payment that was declined is kept with its out_trade_no.
WRITES = {
    ("POST /award-rules", "code"),
    ("POST /gatherings", "code"),
    ("POST /holders", "holder_id"),
    ("POST /payments", "payment_code"),
}
