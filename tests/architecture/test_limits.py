"""What may not be tried without end: signing in, codes, files; by address, account and device, where they are known."""

from app.kernel.actor import Role
from app.web.limits import By
from tests.architecture.test_routes import views

CALLER = {By.ADDRESS, By.ACCOUNT, By.DEVICE}
LOGIN_AND_CODES = {
    "/v1/sessions/wechat": {By.ADDRESS, By.INPUT},  # by installation; whose account it is, WeChat tells afterwards
    "/v1/sessions/desk": {By.ADDRESS, By.INPUT},  # by user name; a desk is no device of ours
    "/v1/sessions/refresh": {By.ADDRESS, By.INPUT},
    "/v1/invitations/prepare": {By.ADDRESS, By.INPUT},
    "/v1/invitations/confirm": {By.ADDRESS, By.INPUT},
    "/v1/me/phone": CALLER,
    "/v1/qr/scans": CALLER,
    "/v1/books/<book>/passbook/codes": CALLER,
}
TILL = "/v1/books/<book>/payments"


def stated(app, path):
    [view] = [view for rule, method, view in views(app) if (rule, method) == (path, "POST")]
    return view.limits


def test_signing_in_and_codes_are_limited(app):
    for path, wanted in LOGIN_AND_CODES.items():
        assert {limit.by for limit in stated(app, path)} == wanted, path


def test_every_file_somebody_sends_is_limited(app):
    taking = {path: view for path, _, view in views(app) if getattr(view, "takes_file", False)}
    assert {"/v1/books/<book>/imports", "/v1/books/<book>/areas/imports", "/v1/areas/imports"} < set(taking)
    for path, view in taking.items():
        wanted = CALLER if view.roles else {By.ADDRESS}
        assert {limit.by for limit in view.limits} >= wanted, path


def test_bad_codes_at_a_till_are_limited_by_terminal_and_shop(app):
    limits = {limit.by: limit for limit in stated(app, TILL)}
    assert set(limits) == {By.DEVICE, By.ACCOUNT, By.SHOP}
    assert (limits[By.DEVICE].count, limits[By.DEVICE].seconds) == (5, 60)
    assert all(limit.refused for limit in limits.values())


def test_a_shop_is_only_counted_where_cashiers_are(app):
    for path, _, view in views(app):
        if any(limit.by is By.SHOP for limit in getattr(view, "limits", ())):
            assert view.roles <= {Role.CASHIER, Role.TERMINAL}, path
