"""`flask --app wsgi people`: the first people of an installation, who let all others in."""

import re
from typing import Any
from uuid import UUID

import click
from flask.cli import with_appcontext

from app.console.books import Words
from app.identity.service import granting, staff
from app.infra.unit_of_work import UnitOfWork, run_in_transaction
from app.kernel.actor import SYSTEM, Role
from app.kernel.errors import DomainError
from app.places import queries as places_queries
from app.places import service as places
from app.places.terms import AreaKind

USERNAME = re.compile(r"[a-z0-9._-]{3,40}")
DISTRICTS_MAX = 100
FIRST_ROLES = (Role.DISTRICT, Role.ADMIN)


class Username(click.ParamType[str]):
    """What a member of staff signs in as."""

    name = "username"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not USERNAME.fullmatch(str(value)):
            self.fail("must be 3 to 40 of a-z, 0-9, dot, hyphen and underscore", param, ctx)
        return str(value)


@click.group("people")
def people() -> None:
    """People and their roles."""


@people.command("invite-first")
@click.argument("name", type=Words(60))
@click.argument("username", type=Username())
@click.option("--district", type=Words(50), required=True, help="The district's name; it is opened if it is new.")
@click.option(
    "--role",
    "roles",
    type=click.Choice([str(role) for role in FIRST_ROLES]),
    multiple=True,
    default=[str(role) for role in FIRST_ROLES],
    show_default=True,
    help="May be given more than once.",
)
@with_appcontext
def invite_first(name: str, username: str, district: str, roles: tuple[str, ...]) -> None:
    """Invite one of the first administrators, of the whole district: two of them, since powerful roles take two."""

    def act(uow: UnitOfWork) -> staff.Invited:
        area_id = _district(uow, district)
        invited = staff.invite_staff(uow, name=name, username=username, person_id=None)
        for role in roles:
            granting.set_up_first(uow, person_id=invited.person_id, role=Role(role), area_id=area_id)
        return invited

    try:
        invited = run_in_transaction(act, actor=SYSTEM)
    except DomainError as error:
        raise click.ClickException(error.detail("en")) from None
    until = f"{invited.expires_at:%Y-%m-%d %H:%M} UTC"
    click.echo(f"Invited {name}. Hand this over; it is shown once, and good until {until}:")
    click.echo(invited.token)
    click.echo("POST /v1/invitations/prepare with it and a password, then /v1/invitations/confirm.")


def _district(uow: UnitOfWork, name: str) -> UUID:
    districts = places_queries.list_areas(uow.session, within=None, kind=AreaKind.DISTRICT, limit=DISTRICTS_MAX)
    for area in districts:
        if area.name == name:
            return area.id
    return places.open_area(uow, book=None, parent_id=None, kind=AreaKind.DISTRICT, name=name, code=name[:20]).id
