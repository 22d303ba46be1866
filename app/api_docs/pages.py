"""The pages for people: /docs (the API) and /docs/problems (every refusal). Nothing is fetched from elsewhere."""

from typing import cast

import flask
from flask import Response, current_app, jsonify, render_template

from app.api_docs import document, problems
from app.web.problems import status_of_class

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

blueprint = flask.Blueprint(
    "docs", __name__, static_folder="static", static_url_path="/docs/static", template_folder="templates"
)


@blueprint.get("/openapi.json")
def show_document() -> Response:
    """Answer the OpenAPI document."""
    return jsonify(document.build(cast("document.Document", current_app.extensions[document.EXTENSION])))


@blueprint.get("/docs")
def show_docs() -> Response:
    """Answer the page that reads the document."""
    return _page(render_template("docs.html"))


@blueprint.get("/docs/problems")
def show_problems() -> Response:
    """Answer the list of refusals; `type` of every problem points into it."""
    rows = [(cls, status_of_class(cls)) for cls in problems.catalogue()]
    return _page(render_template("problems.html", rows=rows))


def _page(html: str) -> Response:
    response = Response(html, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    return response
