"""Refusals about posted codes."""

from app.kernel.errors import DomainError, Kind


class QrInvalid(DomainError):
    """Deliberately coarse: it never says whether a code was forged, revoked, unknown, or signed by a retired key."""

    kind = Kind.MISSING
    code = "places.qr_invalid"
    text = {
        "zh": "这个二维码无效或已停用,请联系社区工作人员。",
        "en": "This code is not valid or not in use any more; please tell the community office.",
    }
    field = "scene"


class QrPointMissing(DomainError):
    kind = Kind.MISSING
    code = "places.qr_point_missing"
    text = {"zh": "没有这个二维码点位。", "en": "There is no such posted code."}
    field = "qr_point_id"


class QrPointTaken(DomainError):
    kind = Kind.CONFLICT
    code = "places.qr_point_taken"
    text = {
        "zh": "“{place}”已有同一用途的二维码,请先停用旧的。",
        "en": "{place} has a code for this purpose already; revoke that one first.",
    }
    field = "place"


class QrRevoked(DomainError):
    kind = Kind.CONFLICT
    code = "places.qr_revoked"
    text = {"zh": "这个二维码已经停用。", "en": "This code is revoked already."}


class QrTooMany(DomainError):
    kind = Kind.CONFLICT
    code = "places.qr_too_many"
    text = {
        "zh": "一次最多 {points_max} 个二维码,请按小区或楼栋分开。",
        "en": "At most {points_max} codes in one go; take one estate or building at a time.",
    }


class QrNothing(DomainError):
    kind = Kind.CONFLICT
    code = "places.qr_nothing"
    text = {"zh": "这里没有可以张贴或打印的二维码。", "en": "There is nothing here to post a code at, or to print."}


class QrUnset(DomainError):
    kind = Kind.UNAVAILABLE
    code = "places.qr_unset"
    text = {
        "zh": "二维码尚未启用:请系统管理员设置 {setting}。",
        "en": "Posted codes are not set up: the operator has to set {setting}.",
    }
