"""The OpenAPI 3.1 document."""

from typing import Any

from flask import Flask
from flask_smorest import Api

EXTENSION = "linli.api"
VERSION = "1"
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
        }
    },
}
# what flask-smorest adds of its own and this API never answers
METHODS = frozenset({"get", "post", "put", "patch", "delete"})  # a path item has other entries beside these
FOREIGN_SCHEMAS = ("Error", "PaginationMetadata")


def install(app: Flask) -> Api:
    """Start the document of the application; blueprints registered on the result appear in it."""
    app.config |= {
        "API_TITLE": "Linli",
        "API_VERSION": VERSION,
        "OPENAPI_VERSION": "3.1.0",
        "API_SPEC_OPTIONS": OPTIONS,
    }
    api = Api(app)
    app.extensions[EXTENSION] = api
    return api


def build(api: Api) -> dict[str, Any]:
    """Give the document of everything registered so far."""
    document: dict[str, Any] = api.spec.to_dict()
    for item in document["paths"].values():
        for method in METHODS & item.keys():
            item[method]["responses"].pop("default", None)
    document["components"].pop("responses", None)
    for name in FOREIGN_SCHEMAS:
        document["components"]["schemas"].pop(name, None)
    return document
