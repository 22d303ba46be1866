"""Refusals around tills and their keys."""

from app.kernel.errors import DomainError, Kind


class KeyUnfit(DomainError):
    kind = Kind.INVALID
    code = "merchants.key_unfit"
    text = {
        "zh": "公钥须为所选算法的 SubjectPublicKeyInfo(PEM 或 Base64):Ed25519,或 2048 到 4096 位的 RSA。",
        "en": "The public key must be a SubjectPublicKeyInfo (PEM or Base64) of the algorithm named: Ed25519, or "
        "RSA of "
        "2048 to 4096 bits.",
    }
    field = "public_key"


class KeyNotPossessed(DomainError):
    kind = Kind.INVALID
    code = "merchants.key_not_possessed"
    text = {
        "zh": "proof 不是用这把新密钥对规定文本的签名(Base64),请核对签名的内容。",
        "en": "The proof is no signature (Base64) of the prescribed text by this new key; check what was signed.",
    }
    field = "proof"


class KeyKnown(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.key_known"
    text = {
        "zh": "这把公钥已经登记过,请在终端上生成新的密钥。",
        "en": "This public key was registered before; make a new pair on the till.",
    }
    field = "public_key"


class KeyReplaced(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.key_replaced"
    text = {
        "zh": "签名所用的密钥已被更换,只有最新的密钥可以再换;不是你换的,请立即让会计停用这台终端。",
        "en": "Another key took the place of the one that signed; only the newest is replaced. If that was not you, "
        "have the treasurer revoke this till at once.",
    }


class EnrolmentCodeNotGood(DomainError):
    """Deliberately coarse: it never says whether a code was ever one."""

    kind = Kind.INVALID
    code = "merchants.enrolment_code_not_good"
    text = {
        "zh": "登记码不正确、已使用或已过期,请向店主或会计索取新的登记码。",
        "en": "The enrolment code is wrong, used or expired; ask the shop's owner or the treasurer for a new one.",
    }
    field = "code"


class LowTierNotAllowed(DomainError):
    kind = Kind.DENIED
    code = "merchants.low_tier_not_allowed"
    text = {
        "zh": "这个登记码只能登记 Ed25519 或 RSA 密钥;HMAC 需要在生成登记码时注明。",
        "en": "This code takes an Ed25519 or RSA key only; a code for HMAC says so when it is made.",
    }
    field = "algorithm"


class LowTierOver(DomainError):
    kind = Kind.DENIED
    code = "merchants.low_tier_over"
    text = {
        "zh": "用 HMAC 的终端每笔最多 {points_max} 分,每天最多 {day_points_max} 分;换用 Ed25519 或 RSA "
        "密钥后没有这个限制。",
        "en": "A till that signs by HMAC takes at most {points_max} points at once and {day_points_max} a day; "
        "with an Ed25519 "
        "or RSA key there is no such limit.",
    }
    field = "points"


class TerminalMissing(DomainError):
    kind = Kind.MISSING
    code = "merchants.terminal_missing"
    text = {"zh": "没有这台终端。", "en": "There is no such terminal."}
    field = "terminal_id"


class TerminalRevoked(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.terminal_revoked"
    text = {"zh": "这台终端已经停用。", "en": "This terminal was revoked before."}


class BranchClosed(DomainError):
    kind = Kind.CONFLICT
    code = "merchants.branch_closed"
    text = {
        "zh": "“{name}”现在不收积分(门店或商户已暂停或关闭)。",
        "en": "“{name}” takes no points at present: the branch or its merchant is suspended or closed.",
    }
