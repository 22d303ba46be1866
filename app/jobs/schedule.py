"""Everything Linli does by the clock. Add a line: {name: Periodic(cron in UTC, service function)}."""

from collections.abc import Mapping
from functools import partial

from app.enrolment import service as enrolment
from app.identity import queries as people
from app.identity import service as identity
from app.jobs import service as jobs
from app.jobs.terms import Errands, Periodic, Rounds, Scheduled
from app.mall import service as mall
from app.media import service as media
from app.merchants import service as merchants
from app.notices import service as notices
from app.places import service as places
from app.points import service as points
from app.points.service.clearing import nettings, transfers
from app.risk import service as risk
from app.volunteers import service as volunteers
from app.web import idempotency
from app.webhooks import service as webhooks

SCHEDULE: Mapping[str, Scheduled] = {
    "jobs.retry_stalled_jobs": Periodic("* * * * * */20", jobs.retry_stalled_jobs),
    "jobs.purge_completions": Periodic("20 18 * * *", jobs.purge_completions, until_zero=True),
    "notices.send_notices": Errands(
        "* * * * * */10", partial(notices.claim_due, openid_of=identity.find_openid), notices.carry_out, notices.record
    ),
    "notices.judge_texts": Errands(
        "* * * * * */10",
        partial(notices.claim_text_check, openid_of=identity.find_openid),
        notices.judge_text,
        notices.record_text_check,
    ),
    "media.judge_photos": Errands(
        "* * * * * */10",
        partial(media.claim_photo_check, openid_of=identity.find_openid),
        media.ask_about_photo,
        media.record_photo_check,
    ),
    "media.purge_photos": Periodic("15 19 * * *", media.purge_photos, until_zero=True),
    "notices.purge_text_checks": Periodic("40 18 * * *", notices.purge_text_checks, until_zero=True),
    # advice about who signed in: nobody waits for it
    "identity.ask_risk": Errands(
        "* * * * * */15",
        partial(identity.claim_risk_question, openid_of=identity.find_openid),
        identity.ask_risk,
        identity.record_risk,
    ),
    "identity.purge_risk_ranks": Periodic("45 18 * * *", identity.purge_risk_ranks, until_zero=True),
    "notices.give_up_lost": Periodic("*/5 * * * *", notices.give_up_lost, until_zero=True),
    "notices.time_out_media_checks": Periodic("*/5 * * * *", notices.time_out_media_checks, until_zero=True),
    "notices.purge_notices": Periodic("30 18 * * *", notices.purge_notices, until_zero=True),
    "notices.purge_pushes": Periodic("35 18 * * *", notices.purge_pushes, until_zero=True),
    "points.fold_balances": Rounds("* * * * * */5", points.list_book_codes, points.fold_step),
    "points.release_expired_holds": Rounds("* * * * *", points.list_book_codes, points.release_step),
    # ten past midnight in the district: what could be spent until yesterday leaves the passbooks
    "points.expire_points": Rounds("10 16 * * *", points.list_book_codes, points.expire_step),
    # nine in the morning in the district, when people may read it: what lapses in thirty and in seven days
    "points.give_notices": Rounds(
        "0 1 * * *", points.list_book_codes, partial(points.notice_step, people_of=people.list_told)
    ),
    # points received and spent, from the journal itself: nothing is queued on the way of a payment
    "points.tell_news": Rounds(
        "* * * * * */30", points.list_book_codes, partial(points.tell_step, people_of=people.list_told)
    ),
    # a little later, and before anybody awards: what is left of allotments whose period is over
    "points.close_allotments": Rounds("20 16 * * *", points.list_book_codes, points.close_allotments_step),
    "points.raise_alerts": Rounds(
        "*/5 * * * *",
        points.list_book_codes,
        partial(points.raise_alerts_step, treasurers_of=people.list_treasurers),
    ),
    "points.sweep_transfers": Rounds("*/5 * * * *", points.list_book_codes, transfers.sweep_step),
    # what is kept of people whose list nobody commits
    "enrolment.discard_imports": Periodic("0 19 * * *", enrolment.discard_imports, until_zero=True),
    # gifts nobody collected go back within a minute, with their points
    "merchants.expire_reservations": Periodic("* * * * *", merchants.expire_reservations, until_zero=True),
    # half past midnight in the district: what each shop is owed through yesterday; and, when it is quiet, whether
    # statements and ledger agree
    "merchants.state_settlements": Rounds("30 16 * * *", points.list_book_codes, merchants.state_step),
    "merchants.check_settlements": Rounds("55 18 * * *", points.list_book_codes, merchants.check_step),
    # ten past midnight in the district: complaints that whoever was asked left lying
    "merchants.lapse_complaints": Periodic("10 16 * * *", merchants.lapse_complaints, until_zero=True),
    "merchants.purge_nonces": Periodic("*/5 * * * *", merchants.purge_nonces, until_zero=True),
    "merchants.purge_enrolment_codes": Periodic("45 18 * * *", merchants.purge_enrolment_codes),
    # at twenty past three in the morning: accounts whose owners asked for it a week ago
    "identity.close_accounts": Periodic("20 19 * * *", identity.close_accounts, until_zero=True),
    # half past two in the morning: the holidays of a year as soon as a library knows them, and files nobody took in
    "merchants.expire_redemptions": Periodic("* * * * * */20", merchants.expire_redemptions, until_zero=True),
    "places.seed_calendar": Periodic("30 18 * * *", places.seed_calendar),
    "places.purge_imports": Periodic("50 18 * * *", places.purge_imports, until_zero=True),
    "identity.purge_sessions": Periodic("10 19 * * *", identity.purge_sessions, until_zero=True),
    # half past one at night in the district: what two books owe each other for months on which they do not agree yet
    "points.state_nettings": Rounds("30 17 * * *", points.list_book_codes, nettings.state_step),
    # half past three in the morning: who deals with whom, and what windows no longer count
    "risk.find_rings": Rounds("30 19 * * *", points.list_book_codes, risk.find_rings_step),
    "risk.purge_facts": Periodic("40 19 * * *", risk.purge_facts, until_zero=True),
    "volunteers.expire_checks": Periodic("0 20 * * *", volunteers.expire_checks, until_zero=True),
    "volunteers.forget_positions": Periodic("5 19 * * *", volunteers.forget_positions, until_zero=True),
    "mall.work_earns": Periodic("* * * * * */10", mall.work_earn, until_zero=True),
    "mall.work_refunds": Periodic("* * * * * */10", mall.work_refund, until_zero=True),
    "mall.report_points": Errands("* * * * * */10", mall.claim_report, mall.carry_out, mall.record),
    "mall.ask_consents": Errands("* * * * * */10", mall.claim_question, mall.ask, mall.record_answer),
    "mall.purge_callbacks": Periodic("55 18 * * *", mall.purge_callbacks, until_zero=True),
    "webhooks.send_deliveries": Errands("* * * * * */2", webhooks.claim_due, webhooks.carry_out, webhooks.record),
    "webhooks.give_up_old": Periodic("*/10 * * * *", webhooks.give_up_old, until_zero=True),
    "webhooks.purge_deliveries": Periodic("45 18 * * *", webhooks.purge_deliveries, until_zero=True),
    "web.purge_idempotency_keys": Periodic("40 18 * * *", idempotency.purge_idempotency_keys, until_zero=True),
}
