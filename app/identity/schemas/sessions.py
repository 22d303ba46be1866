"""JSON of signing in, refreshing, sessions and devices."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from app.identity import terms
from app.identity.rules import phones
from app.web.fields import ShownInstant, Text
from app.web.paging import page_of
from app.web.parsing import StrictSchema

CODE_LENGTH_MAX = 128
TOKEN_LENGTH_MAX = 200


class Patterned(Text):
    """A text of one form, `pattern`, such as `example`."""

    def __init__(self, pattern: str, example: str, **kwargs: Any) -> None:
        shown = {"pattern": f"^{pattern}$", "example": example}
        checks = [validate.Regexp(rf"{pattern}\Z", error=f"pattern:{example}")]
        super().__init__(length_max=40, validate=checks, metadata=shown, **kwargs)


class Totp(Patterned):
    """Six digits of an authenticator."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__("[0-9]{6}", "123456", **kwargs)


class RecoveryCode(Patterned):
    """Ten digits of the list that was printed."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__("[0-9]{10}", "0123456789", **kwargs)


class Username(Patterned):
    """What a member of staff signs in as; capitals do not matter."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__("[A-Za-z0-9._-]{3,40}", "wang.fang", **kwargs)


class WechatSignInIn(StrictSchema):
    """What wx.login gave, and the installation it comes from."""

    code = Text(required=True, length_max=CODE_LENGTH_MAX)
    install_id = Text(
        required=True,
        length_min=16,
        length_max=80,
        metadata={"description": "小程序首次启动时生成并保存的随机编号 / random, made and kept by the installation"},
    )
    model = Text(load_default="", length_min=0, length_max=80)


class DeskSignInIn(StrictSchema):
    """User name, password, and a one-time code or a recovery code in its place."""

    username = Username(required=True)
    password = Text(required=True, length_max=terms.PASSWORD_LENGTH_MAX)
    totp = Totp(load_default=None, allow_none=True)
    recovery_code = RecoveryCode(load_default=None, allow_none=True)

    @validates_schema
    def check_second_factor(self, data: Mapping[str, Any], **_: object) -> None:
        """Refuse none and both."""
        if (data["totp"] is None) == (data["recovery_code"] is None):
            raise ValidationError("required" if data["totp"] is None else "unknown", "totp")


class RefreshIn(StrictSchema):
    """The refresh token of the last answer."""

    refresh_token = Text(required=True, length_max=TOKEN_LENGTH_MAX)


class TokensOut(Schema):
    """A session's tokens. The access token goes with every request, the refresh token gets the next pair, once."""

    access_token = fields.String(required=True)
    access_expires_at = ShownInstant(required=True)
    refresh_token = fields.String(required=True)
    refresh_expires_at = ShownInstant(required=True)
    person_id = fields.UUID(required=True)
    session_id = fields.UUID(required=True)
    cools_until = ShownInstant(
        required=True,
        allow_none=True,
        metadata={"description": "新设备冷静期,在此之前不能用积分付款 / new device: nothing of value goes out before"},
    )
    is_paused = fields.Boolean(
        required=True,
        metadata={"description": "工作人员核实前不能用积分付款 / nothing of value goes out until staff have looked"},
    )


class EndedOut(Schema):
    """How many sessions ended."""

    ended = fields.Integer(required=True)


class DeviceOut(Schema):
    """A device."""

    id = fields.UUID(required=True)
    model = fields.String(required=True)
    first_seen_at = ShownInstant(required=True)
    last_seen_at = ShownInstant(required=True)
    cools_until = ShownInstant(required=True, allow_none=True)


class SessionOut(Schema):
    """A session as its owner sees it."""

    id = fields.UUID(required=True, attribute="session.id")
    channel = fields.String(required=True, attribute="session.channel")
    opened_at = ShownInstant(required=True, attribute="session.opened_at")
    last_used_at = ShownInstant(required=True, attribute="session.rotated_at")
    expires_at = ShownInstant(required=True, attribute="session.expires_at")
    is_this = fields.Boolean(required=True)
    device = fields.Nested(DeviceOut, required=True, allow_none=True)


SessionPage = page_of(SessionOut, "SessionPage")


class PhoneIn(StrictSchema):
    """What the button open-type=getPhoneNumber gave."""

    phone_code = Text(required=True, length_max=CODE_LENGTH_MAX)


class PhoneOut(Schema):
    """A number, masked."""

    phone = fields.String(required=True, metadata={"example": phones.masked("13800005678")})
