"""The OpenAPI 3.1 document."""

from flask import Flask
from flask_smorest import Api

VERSION = "1"
OPTIONS = {
    "info": {
        "description": "积分存折。所有失败都以 application/problem+json 回答。"
        " / Points passbooks. Every failure is answered as application/problem+json.",
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    },
    "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}},
}


def install(app: Flask) -> Api:
    """Start the document of the application; blueprints registered on the result appear in it."""
    app.config |= {
        "API_TITLE": "Linli",
        "API_VERSION": VERSION,
        "OPENAPI_VERSION": "3.1.0",
        "OPENAPI_URL_PREFIX": "/",
        "OPENAPI_JSON_PATH": "openapi.json",
        "API_SPEC_OPTIONS": OPTIONS,
    }
    return Api(app)
