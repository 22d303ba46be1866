"""Refusals about who lives where and who is related to whom."""

from app.kernel.errors import DomainError, Kind


class AreaNoDwelling(DomainError):
    kind = Kind.INVALID
    code = "identity.area_no_dwelling"
    text = {
        "zh": "请选到楼栋或单元(没有楼栋的,选小区或社区)。",
        "en": "Choose a building or a stairwell (an estate or a community only where it has no buildings).",
    }
    field = "area_id"


class AreaWithoutBook(DomainError):
    kind = Kind.CONFLICT
    code = "identity.area_without_book"
    text = {
        "zh": "这个社区还没有开设积分账本,请联系社区居委会。",
        "en": "This community has no points book yet; ask the community office.",
    }
    field = "area_id"


class RoomWrong(DomainError):
    kind = Kind.INVALID
    code = "identity.room_wrong"
    text = {"zh": "请填写房号,例如 501。", "en": "Give the number of the flat, such as 501."}
    field = "room"


class AccountStopped(DomainError):
    kind = Kind.DENIED
    code = "identity.account_stopped"
    text = {"zh": "账号已冻结,暂不能办理。", "en": "The account is frozen; this has to wait."}


class ResidencyMissing(DomainError):
    """Not there, or not in the actor's care: which of them is not said."""

    kind = Kind.MISSING
    code = "identity.residency_missing"
    text = {"zh": "没有这条居住登记。", "en": "There is no such residency."}
    field = "residency_id"


class ResidencyOpen(DomainError):
    kind = Kind.CONFLICT
    code = "identity.residency_open"
    text = {
        "zh": "您在这个社区已有居住登记(或在等待确认),请先撤回或请网格员办理迁出。",
        "en": "You live in this community already, or wait to be confirmed; withdraw that, or have it ended first.",
    }


class ResidencyNotWaiting(DomainError):
    kind = Kind.CONFLICT
    code = "identity.residency_not_waiting"
    text = {"zh": "这条居住登记不在等待确认。", "en": "This residency does not wait to be confirmed."}
    field = "residency_id"


class ResidencyNotConfirmed(DomainError):
    kind = Kind.CONFLICT
    code = "identity.residency_not_confirmed"
    text = {"zh": "这条居住登记没有生效。", "en": "This residency is not in force."}
    field = "residency_id"


class ResidencyOwn(DomainError):
    kind = Kind.DENIED
    code = "identity.residency_own"
    text = {
        "zh": "不能办理本人、同住人或已申报亲属的居住登记,请由另一位工作人员办理。",
        "en": "Nobody decides on his own residency, or on that of his household or a declared relative; "
        "another member of staff must.",
    }
    field = "residency_id"


class HomeFull(DomainError):
    """Nobody reads it: the claim waits for a person."""

    kind = Kind.CONFLICT
    code = "identity.home_full"
    text = {
        "zh": "这一户已有 {count} 位居民,新增须由工作人员核实。",
        "en": "{count} residents of this dwelling are confirmed: a person has to look before there is another.",
    }


class DeviceFull(DomainError):
    """Nobody reads it: the claim waits for a person."""

    kind = Kind.CONFLICT
    code = "identity.device_full"
    text = {
        "zh": "这台设备上已有 {count} 个账号,确认须由工作人员核实。",
        "en": "There are {count} accounts on this device: a person has to look before one of them is confirmed.",
    }


class ResidentTaken(DomainError):
    kind = Kind.CONFLICT
    code = "identity.resident_taken"
    text = {
        "zh": "这本存折已归另一个账号使用,请先核对。",
        "en": "This passbook is another account's already; check that first.",
    }
    field = "resident_id"


class RelativeMissing(DomainError):
    kind = Kind.MISSING
    code = "identity.relative_missing"
    text = {"zh": "没有这条亲属申报。", "en": "There is no such declaration of relatives."}
    field = "relative_id"


class RelativeSelf(DomainError):
    kind = Kind.INVALID
    code = "identity.relative_self"
    text = {"zh": "不能申报自己为自己的亲属。", "en": "Nobody is his own relative."}


class RelativeTwice(DomainError):
    kind = Kind.CONFLICT
    code = "identity.relative_twice"
    text = {"zh": "这两人已申报为亲属。", "en": "These two are declared to be relatives already."}


class RelativeOwn(DomainError):
    kind = Kind.DENIED
    code = "identity.relative_own"
    text = {
        "zh": "不能撤销涉及本人的亲属申报,请由另一位工作人员办理。",
        "en": "Nobody ends a declaration about himself; another member of staff must.",
    }
    field = "relative_id"


class RelativeEnded(DomainError):
    kind = Kind.CONFLICT
    code = "identity.relative_ended"
    text = {"zh": "这条亲属申报已经撤销。", "en": "This declaration has ended already."}
    field = "relative_id"
