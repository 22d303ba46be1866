"""Sign-in for the demo, and "who am I"."""

from http import HTTPStatus
from typing import cast
from uuid import UUID

from flask import current_app

from app.identity.schemas.demo import ActorOut, DevTokenIn, DevTokenOut
from app.identity.service import demo as service
from app.identity.service.demo import IssuedToken, TokenOffice
from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Actor, Role
from app.web.endpoint import ANYONE, PUBLIC, Blueprint, endpoint

OFFICE = "linli.token_office"

blueprint = Blueprint("identity", __name__, description="身份 / who is calling")
dev_blueprint = Blueprint("dev", __name__, description="仅演示环境 / demo mode only")


@blueprint.route("/v1/me")
@endpoint(roles=ANYONE | {Role.DISTRICT, Role.PERSON}, reply=ActorOut)
def show_me(uow: UnitOfWork) -> Actor:
    """我是谁 / who the token says I am."""
    return uow.actor


@dev_blueprint.route("/v1/dev/tokens", methods=["POST"])
@endpoint(roles=PUBLIC, body=DevTokenIn, reply=DevTokenOut, status=HTTPStatus.CREATED)
def issue_dev_token(
    uow: UnitOfWork, *, role: Role, name: str, book: str | None, person_id: UUID | None, shop_id: UUID | None
) -> IssuedToken:
    """演示登录:以任何人的身份 / sign in as anybody, for demonstration."""
    office = cast("TokenOffice", current_app.extensions[OFFICE])
    return service.issue_dev_token(uow, office, role=role, name=name, book=book, person_id=person_id, shop_id=shop_id)
