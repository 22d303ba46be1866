"""Refusals of the paperwork between desk and owner: who leaves, who agrees to what the shop bears, many at once."""

from app.kernel.errors import DomainError, Kind


class OwnerStays(DomainError):
    kind = Kind.DENIED
    code = "merchants.owner_stays"
    text = {
        "zh": "店主的登记只能由社区会计办理,请联系社区。",
        "en": "The registration of an owner is ended by the desk of the community only; ask there.",
    }
