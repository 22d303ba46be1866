"""Builds the application: the one table of blueprints, the one order of installation."""

from collections.abc import Sequence

from flask import Flask
from flask_migrate import Migrate
from werkzeug.middleware.proxy_fix import ProxyFix

from app import console
from app.api_docs import document, pages
from app.enrolment import routes as enrolment
from app.identity import routes as identity
from app.identity.routes import access, accounts, demo, staff
from app.identity.service import Gate, Keyring, TokenOffice, record_proxy_act
from app.infra import db, logging, metrics, outbound, redis, vault, wechat, wechatpay
from app.infra.config import EXTENSION, Config
from app.jobs import command as jobs
from app.mall import routes as mall
from app.media import routes as media
from app.merchants import routes as merchants
from app.merchants.queries import takes_within
from app.merchants.service import admit_signed, list_dealings, list_own_shops, record_signed
from app.merchants.service.offers import check_point_value
from app.merchants.service.own import check_shop
from app.notices import routes as notices
from app.places import routes as places
from app.places.service import QrSigns
from app.points import routes as points
from app.points.routes import adjustments, books
from app.programmes import routes as programmes
from app.reports import routes as reports
from app.risk import routes as risk
from app.risk.routes import desk, own
from app.risk.service import judge_sign_in
from app.volunteers import routes as volunteers
from app.web import callers, health, limits, observe, problems
from app.web.addresses import Route
from app.web.endpoint import Blueprint

BLUEPRINTS: tuple[Blueprint, ...] = (
    *identity.BLUEPRINTS,
    *places.BLUEPRINTS,
    notices.blueprint,
    *points.BLUEPRINTS,
    *risk.BLUEPRINTS,
    enrolment.blueprint,
    *volunteers.BLUEPRINTS,
    reports.blueprint,
    *merchants.BLUEPRINTS,
    *mall.BLUEPRINTS,
    media.blueprint,
    programmes.blueprint,
)
DEMO_BLUEPRINTS: tuple[Blueprint, ...] = identity.DEMO_BLUEPRINTS


def create_app(config: Config, *, more: Sequence[Blueprint] = ()) -> Flask:
    """Build an application from its settings. Opens no connection. Tests bring `more` blueprints."""
    app = Flask("app", static_folder=None)
    app.url_rule_class = Route
    app.extensions[EXTENSION] = config
    app.config["MAX_CONTENT_LENGTH"] = config.body_bytes_max + 1  # one more: web.parsing must see that there is more
    app.url_map.strict_slashes = False
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the default provider has it: answers keep the order of their schemas
    logging.configure(config.log_level)
    db.install(app, config)
    with app.app_context():
        metrics.watch_pool(db.db.engine, config.pool_size)
    redis.install(app, config)
    vault.install(app, config)
    limits.install(app, app.extensions[redis.CLIENT])
    if config.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=config.proxies, x_proto=config.proxies)  # type: ignore[method-assign]  # how flask is wrapped
    wechat.install(app, config)
    outbound.install(app, config)
    wechatpay.install(app, config)
    Migrate(app, db.db, directory="migrations")
    observe.register(app)
    _install_identity(app, config)
    app.extensions[places.SIGNS] = QrSigns.for_config(config)
    app.extensions[merchants.SIGNS] = app.extensions[places.SIGNS].keys
    app.extensions[books.FITS_VALUE] = check_point_value
    app.extensions[adjustments.CHECK_SHOP] = check_shop
    _install_routes(app, [*BLUEPRINTS, *(DEMO_BLUEPRINTS if config.takes_demo_liberties else ()), *more])
    for command in (*console.COMMANDS, jobs.work):
        app.cli.add_command(command)
    problems.register(app)  # after flask-smorest, whose own handler would otherwise answer
    return app


def _install_identity(app: Flask, config: Config) -> None:
    office = TokenOffice.for_config(config)
    keyring = Keyring.of(config.token_keys)
    app.extensions[demo.OFFICE] = office
    app.extensions[access.KEYRING] = keyring
    app.extensions[access.JUDGE] = judge_sign_in
    app.extensions[staff.TAKES_SHOP] = takes_within
    app.extensions[desk.HOUSE_SHOPS] = list_own_shops
    app.extensions[desk.DEALINGS] = list_dealings
    app.extensions[accounts.MORE_DATA] = (own.OWN_DATA, media.OWN_DATA)
    app.extensions[callers.AUTHENTICATE] = Gate(keyring, office).admit
    app.extensions[callers.RECORD_PROXY_ACT] = record_proxy_act
    app.extensions[callers.ADMIT_SIGNED] = admit_signed
    app.extensions[callers.RECORD_SIGNED] = record_signed


def _install_routes(app: Flask, blueprints: Sequence[Blueprint]) -> None:
    app.register_blueprint(health.blueprint)
    app.register_blueprint(pages.blueprint)
    documented = document.install(app)
    for blueprint in blueprints:
        documented.register_blueprint(blueprint)
