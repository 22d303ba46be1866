"""What holds for every route, whoever wrote it."""

import re
import uuid

import pytest

from app.api_docs.document import METHODS
from app.kernel.actor import Role

# answered without a token, each with its reason
OPEN = {
    "/healthz": "a probe has no token",
    "/readyz": "a probe has no token",
    "/metrics": "kept inside by the proxy",
    "/openapi.json": "the document of a public API",
    "/docs": "the document of a public API",
    "/docs/problems": "the type of every problem leads here",
    "/docs/static/<path:filename>": "style and script of /docs",
    "/v1/dev/tokens": "signing in; demo and test only",
    "/v1/sessions/wechat": "signing in",
    "/v1/sessions/desk": "signing in",
    "/v1/sessions/refresh": "the refresh token is what it asks for",
    "/v1/invitations/prepare": "the invitation's token is what it asks for",
    "/v1/sessions/wechat/appeal": "whoever was refused a session proves with WeChat's code who he is",
    "/v1/invitations/confirm": "the invitation's token is what it asks for",
    "/v1/wechat/push": "WeChat signs its messages, and has no token of ours",
    "/v1/wechatpay/mall": "WeChat Pay signs its callbacks, and has no token of ours",
    "/v1/terminals": "a till has no key yet: the one-time code is what it asks for",
    "/v1/consent-texts": "read before signing in",
    "/v1/photos/<uuid:photo_id>/<key>": "WeChat fetches what it is to judge; the key is in the address",
    "/q/<scene>": "a printed code that anybody scans outside of WeChat",
}
SECRET = "its answer is a secret, which must not be stored to be given again"
NOT_REPEATED = {
    "/v1/books/<book>/passbook/codes": SECRET,
    "/v1/books/<book>/passbook/gift-reservations/<uuid:reservation_id>/codes": SECRET,
    "/v1/staff": SECRET,
    "/v1/books/<book>/shops/<uuid:shop_id>/webhooks": SECRET,
    "/v1/books/<book>/shops/<uuid:shop_id>/webhooks/<uuid:webhook_id>/secret": SECRET,
    "/v1/books/<book>/shops/<uuid:shop_id>/terminals/codes": SECRET,
    "/v1/me/merchants/<uuid:merchant_id>/branches/<uuid:branch_id>/terminals/codes": SECRET,
    "/v1/books/<book>/offers/nearby": "it only looks, and a stored answer would say where somebody stood",
    "/v1/me/phone": "WeChat's code is good once, and asked about before there is a transaction to store an answer in",
    "/v1/me/password": "the second factor is good once; what is to be repeated would have to be stored",
}
SAMPLES = {"uuid": str(uuid.UUID(int=1)), "int": "1", "date": "2026-06-15"}


def views(app):
    """Every guarded view with its path and method."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        for method in sorted(rule.methods & {"GET", "POST", "PUT", "PATCH", "DELETE"}):
            yield rule.rule, method, view


def address(rule, book="meilihua"):
    def sample(match):
        kind, name = match[1] or "", match[2]
        return book if name == "book" else SAMPLES.get(kind.rstrip(":"), "x")

    return re.sub(r"<(\w+:)?(\w+)>", sample, rule)


def test_every_route_states_its_roles_or_is_open_for_a_reason(app):
    open_ones = {path for path, _, view in views(app) if not getattr(view, "roles", None)}
    assert open_ones == set(OPEN)


def test_no_route_is_for_the_system(app):
    for path, _, view in views(app):
        assert Role.SYSTEM not in getattr(view, "roles", ()), path


def test_every_post_takes_an_idempotency_key(app):
    for path, method, view in views(app):
        if method == "POST" and path not in OPEN.keys() | NOT_REPEATED.keys():
            assert view.idempotent, f"{path} must say idempotent=True"
        if method == "GET":
            assert not getattr(view, "idempotent", False), path


def test_every_route_of_the_api_is_in_the_document(app, client):
    paths = client.get("/openapi.json").json["paths"]
    documented = {(path, method.upper()) for path, item in paths.items() for method in METHODS & item.keys()}
    served = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path), method)
        for path, method, _ in views(app)
        if path.startswith("/v1/")
    }
    assert documented == served


def guarded(app):
    return [(path, method, view) for path, method, view in views(app) if getattr(view, "roles", None)]


def test_nobody_gets_in_without_a_token(app, client):
    for path, method, _ in guarded(app):
        answer = client.open(address(path), method=method)
        assert answer.status_code == 401, f"{method} {path}"


@pytest.mark.parametrize(
    "role", sorted(set(Role) - {Role.SYSTEM, Role.TERMINAL})
)  # a till: tests/merchants/test_wire.py
def test_each_role_gets_in_exactly_where_it_is_named(app, client, bearer, role):
    """A body that no route takes tells "may not" (403) from "may, but not so" (anything else)."""
    for path, method, view in guarded(app):
        answer = client.open(
            address(path),
            method=method,
            headers=bearer(role),
            json={"?": 1} if method != "GET" else None,
            query_string="?=1",
        )
        assert (answer.status_code == 403) == (role not in view.roles), (
            f"{role} {method} {path}: {answer.status_code} {answer.text}"
        )


def test_ids_of_another_book_answer_as_missing_everywhere(app, client, bearer):
    for path, method, view in guarded(app):
        if "<book>" in path:
            headers = bearer(*view.roles)
            answer = client.open(
                address(path, book="zhongyi"), method=method, headers=headers, json={} if method != "GET" else None
            )
            assert answer.status_code == 404, f"{method} {path}"
            assert answer.json["code"] == "web.book_missing"


@pytest.mark.parametrize("not_text", ["%00", "x%00", "%0A", "%E2%80%AE", "%7F"])
def test_what_is_no_text_in_a_path_is_refused_by_name_everywhere(app, client, not_text):
    for path, method, view in views(app):
        for name in sorted(set(re.findall(r"<(\w+)>", path)) & getattr(view, "path_arguments", set())):
            asked = address(path.replace(f"<{name}>", not_text))
            answer = client.open(asked, method=method)
            told = (404, "web.book_missing") if name == "book" else (422, "web.path_malformed")  # PathMalformed
            assert (answer.status_code, answer.json["code"]) == told, f"{method} {asked}"
            assert [error["field"] for error in answer.json["errors"]] == [name]
