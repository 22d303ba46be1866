"""URLs of the district office."""

from http import HTTPStatus

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.programmes import service
from app.programmes.rules import Template
from app.programmes.schemas import ProgrammeIn, ProgrammeOut
from app.web.endpoint import Blueprint, endpoint

blueprint = Blueprint("programmes", __name__, description="开办社区积分 / setting up programmes")


@blueprint.route("/v1/books", methods=["POST"])
@endpoint(roles={Role.DISTRICT}, body=ProgrammeIn, reply=ProgrammeOut, status=HTTPStatus.CREATED, idempotent=True)
def create_programme(uow: UnitOfWork, *, code: str, template: Template) -> object:
    """按模板开办一个社区的积分 / set up a community's programme from a template, all of it or nothing."""
    return service.create_programme(uow, code=code, template=template, at="template.")
