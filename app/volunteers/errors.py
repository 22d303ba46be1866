"""Every refusal of volunteers' awards. A budget that runs dry is the ledger's: points.insufficient."""

from app.kernel.errors import DomainError, Kind


class DayOutOfRange(DomainError):
    kind = Kind.INVALID
    code = "volunteers.day_out_of_range"
    text = {
        "zh": "服务日期 {performed_on} 须在 {earliest} 与 {latest} 之间。",
        "en": "The day of the service, {performed_on}, must lie between {earliest} and {latest}.",
    }
    field = "performed_on"
