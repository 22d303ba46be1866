"""The desk at which awards wait, over HTTP, in short words."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import text

from app.identity import rules as identity_rules
from app.kernel.actor import Role
from tests.points.api import Api
from tests.points.ledger import ANNA, Acts

AT = "2026-06-15"
BEGINNING = {"roster_required": False, "paper_points_max": 100, "alone_points_max": 240, "sample_permille": 0}
"""What a book begins with, without the chance of being drawn."""


@dataclass
class Desk:
    """Coordinators award, treasurers look; each is known by his name."""

    api: Api
    acts: Acts

    def later(self, **span: float) -> "Desk":
        acts = self.acts.later(**span)
        return Desk(replace(self.api, at=acts.uow.now.isoformat()), acts)

    def id_of(self, name: str) -> UUID:
        """The account of whoever is called so; of those who are signed in for a test it is their passbook as well."""
        return identity_rules.person_id(book=self.acts.book.code, name=name)

    def tell(self, points: int = 20, who: UUID = ANNA, *, by: str = "coordinator", **changes: Any) -> Any:
        body = {"resident_id": str(who), "rule": "event", "chosen_points": points, "activity": "楼道清扫"}
        return self.api.post("/awards", body | {"performed_on": AT} | changes, Role.COORDINATOR, name=by)

    def roster(
        self, *rows: dict[str, Any], by: str = "coordinator", path: str = "/awards/batch", **changes: Any
    ) -> Any:
        body = {"rule": "event", "activity": "河道巡查", "performed_on": AT, "awards": rows}
        answer = self.api.post(path, body | changes, Role.COORDINATOR, name=by)
        assert answer.status_code in {200, 201}, answer.text
        return answer.json

    def waiting(self, state: str = "open", **who: Any) -> list[Any]:
        return self.api.walk(f"/award-checks?state={state}", limit=50, **who)

    def confirm(self, check_id: str, by: str = "treasurer", **body: Any) -> Any:
        return self.api.post(f"/award-checks/{check_id}/confirm", body, name=by)

    def reject(self, check_id: str, by: str = "treasurer", reason: str = "名单不符") -> Any:
        return self.api.post(f"/award-checks/{check_id}/reject", {"reason": reason}, name=by)

    def policy(self, **changes: Any) -> Any:
        """Put one in force as two treasurers do, and show it."""
        waits = self.propose(**changes)
        assert waits.status_code == 201, waits.text
        answer = self.decide(waits.json["id"], "approve", by="deputy")
        assert answer.status_code == 200, answer.text
        return self.api.get("/award-policy").json

    def propose(self, *, by: str = "treasurer", **changes: Any) -> Any:
        return self.api.post("/award-policy-proposals", BEGINNING | {"reason": "试行"} | changes, name=by)

    def decide(self, proposal_id: str, act: str, *, by: str, **body: Any) -> Any:
        return self.api.post(f"/award-policy-proposals/{proposal_id}/{act}", body, name=by)

    def list_on(self, code: str, value: UUID) -> None:
        body = {"value": str(value), "reason": "x", "expires_at": None}
        answer = self.api.post(f"/risk/lists/{code}/items", body)
        assert answer.status_code == 201, answer.text

    def decision(self, check_id: str) -> Any:
        """What anti-fraud said of an award that waits."""
        found = text(
            "SELECT d.outcome, d.reasons, d.features FROM risk_decisions d JOIN volunteers_award_checks c"
            " ON c.book_id = d.book_id AND c.decision_id = d.id WHERE c.id = :id"
        )
        return self.acts.uow.session.execute(found, {"id": check_id}).one()


PERSON = "INSERT INTO identity_people (id, name, registered_at) VALUES (:person, :name, now() - interval '9 days')"
HOUSEHOLD = "INSERT INTO identity_households (id, area_id, room, opened_at) VALUES (:home, :area, :room, now())"
RESIDENCY = """INSERT INTO identity_residencies
    (id, person_id, household_id, book, resident_id, relation, name, state, claimed_at, decided_by, decided_at)
    VALUES (gen_random_uuid(), :person, :home, :book, :resident, 'owner', :name, 'confirmed', now(),
            gen_random_uuid(), now())"""
RELATIVES = """INSERT INTO identity_relatives (id, person_id, relative_id, kind, declared_by, declared_at)
    VALUES (gen_random_uuid(), :one, :other, 'sibling', :one, now())"""
ENDED = """UPDATE identity_relatives SET ended_at = now(), ended_by = gen_random_uuid(), ended_why = 'x'
    WHERE person_id = :one"""


@dataclass
class Street:
    """People with accounts, and where they live."""

    acts: Acts
    area_id: UUID
    rooms: int = 100

    def account(self, person_id: UUID) -> UUID:
        self.acts.uow.session.execute(text(PERSON), {"person": person_id, "name": "王秀英"})
        return person_id

    def moves_in(self, person_id: UUID, resident_id: UUID, home: UUID | None = None) -> UUID:
        """Have an account be the owner of a passbook; with others where `home` says so."""
        uow, self.rooms = self.acts.uow, self.rooms + 1
        values = {
            "person": person_id,
            "name": "王秀英",
            "home": home or uow.new_id(),
            "area": self.area_id,
            "room": str(self.rooms),
            "book": self.acts.book.code,
            "resident": resident_id,
        }
        for statement in (RESIDENCY,) if home else (HOUSEHOLD, RESIDENCY):
            uow.session.execute(text(statement), values)
        return values["home"]

    def declare(self, one: UUID, other: UUID) -> None:
        self.acts.uow.session.execute(text(RELATIVES), {"one": one, "other": other})

    def end(self, one: UUID) -> None:
        self.acts.uow.session.execute(text(ENDED), {"one": one})
