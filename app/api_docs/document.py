"""The OpenAPI 3.1 document."""

import threading
from typing import Any

from flask import Flask
from flask_smorest import Api

from app.api_docs.events import describe_events
from app.web.endpoint import Blueprint
from app.web.operation import MESSAGE_SIGNED

EXTENSION = "linli.api"
PAGES = "/q/"
VERSION = "1"
RFC_9421 = "收银终端按 RFC 9421 签名,三个请求头都要 / a till's signature by RFC 9421, which takes all three headers"
OPTIONS = {
    "info": {
        "description": "积分存折。所有失败都以 application/problem+json 回答。"
        " / Points passbooks. Every failure is answered as application/problem+json.",
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    },
    "components": {
        "securitySchemes": {
            "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
            "till": {
                "type": "apiKey",
                "in": "header",
                "name": "Authorization",
                "description": "收银终端的签名 / a till's signature: LINLI-ED25519 serial, nonce, timestamp, signature",
            },
            **{
                scheme: {"type": "apiKey", "in": "header", "name": header, "description": RFC_9421}
                for scheme, header in MESSAGE_SIGNED.items()
            },
        }
    },
}
# what flask-smorest adds of its own and this API never answers
METHODS = frozenset({"get", "post", "put", "patch", "delete"})  # a path item has other entries beside these
FOREIGN_SCHEMAS = ("Error", "PaginationMetadata")


class Document:
    """Routes stand at once; they are described when the document is first asked for.

    Most processes never are: a worker, a command, a migration. It takes longer than all else at the start.
    """

    def __init__(self, app: Flask) -> None:
        """Start an empty document."""
        self._app = app
        self._api = Api(app)
        self._untold: list[Blueprint] = []
        self._telling = threading.Lock()

    def register_blueprint(self, blueprint: Blueprint) -> None:
        """Take a feature's routes into the application."""
        self._app.register_blueprint(blueprint)
        self._untold.append(blueprint)

    def tell(self) -> dict[str, Any]:
        """Describe what was registered and not described yet, and give the whole."""
        spec = self._api.spec
        with self._telling:
            while self._untold:
                told = self._untold[0]
                told.register_views_in_doc(self._api, self._app, spec, name=told.name, parameters=None)  # type: ignore[no-untyped-call]  # the library ships no types
                spec.tag({"name": told.name, "description": told.description})
                del self._untold[0]
            whole: dict[str, Any] = spec.to_dict()
        return whole


def install(app: Flask) -> Document:
    """Start the document of the application; blueprints registered on the result appear in it."""
    app.config |= {
        "API_TITLE": "Linli",
        "API_VERSION": VERSION,
        "OPENAPI_VERSION": "3.1.0",
        "API_SPEC_OPTIONS": OPTIONS,
    }
    document = Document(app)
    app.extensions[EXTENSION] = document
    return document


def build(registered: Document) -> dict[str, Any]:
    """Give the document of everything registered so far, without what is foreign to this API."""
    document = registered.tell()
    # what is a page for people is no part of the API
    document["paths"] = {path: item for path, item in document["paths"].items() if not path.startswith(PAGES)}
    for item in document["paths"].values():
        for method in METHODS & item.keys():
            item[method]["responses"].pop("default", None)
    document["components"].pop("responses", None)
    document["webhooks"] = describe_events()
    for name in FOREIGN_SCHEMAS:
        document["components"]["schemas"].pop(name, None)
    return document
