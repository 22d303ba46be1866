"""JSON of notices."""

from typing import Any

from marshmallow import EXCLUDE, Schema, fields, post_load, validate

from app.notices import terms
from app.notices.rules.templates import preview
from app.notices.service.subscriptions import OwnTemplate, TemplateAnswer
from app.notices.terms import Answer, NoticeState
from app.web.fields import Choice, ShownInstant, Text
from app.web.paging import page_of
from app.web.parsing import StrictSchema


class StampQuery(StrictSchema):
    """What WeChat puts into the address of a push. It adds more from time to time, so the rest is let pass."""

    class Meta:
        """Marshmallow reads its options here."""

        unknown = EXCLUDE

    timestamp = Text(required=True, length_max=20)
    nonce = Text(required=True, length_max=128)


class AddressQuery(StampQuery):
    """The question whether our address answers."""

    signature = Text(required=True, length_max=64)
    echostr = Text(required=True, length_max=128)


class PushQuery(StampQuery):
    """A push in the safe mode. Its `signature` does not cover the message, so it is not looked at."""

    msg_signature = Text(required=True, length_max=64)


class TemplateAnswerIn(StrictSchema):
    """What wx.requestSubscribeMessage answered for one template."""

    template_id = Text(required=True, length_max=64)
    answer = Choice(list(Answer), required=True)

    @post_load
    def make(self, data: dict[str, Any], **_: object) -> TemplateAnswer:
        """Give the value the service takes."""
        return TemplateAnswer(**data)


class AnswersIn(StrictSchema):
    """All its answers."""

    answers = fields.List(
        fields.Nested(TemplateAnswerIn),
        required=True,
        validate=validate.Length(1, terms.TEMPLATES_ASKED_MAX, error="count:{min}:{max}"),
    )


class LineOut(Schema):
    """One line of a message, as an example."""

    label = fields.String(required=True)
    sample = fields.String(required=True)


class WordsOut(Schema):
    """What a message looks like in one language."""

    title = fields.String(required=True)
    lines = fields.List(fields.Nested(LineOut), required=True)


class OwnTemplateOut(Schema):
    """A template to ask the person for, and how many of it are accepted still."""

    key = fields.String(required=True, attribute="template.key")
    template_id = fields.String(required=True, attribute="template.template_id")
    remaining = fields.Integer(required=True)
    zh = fields.Nested(WordsOut, required=True)
    en = fields.Nested(WordsOut, required=True)

    def get_attribute(self, obj: OwnTemplate, attr: str, default: object) -> object:
        """Show the message in the language that is the field's name."""
        if attr not in {"zh", "en"}:
            return super().get_attribute(obj, attr, default)
        lines = [{"label": label, "sample": sample} for label, sample in preview(obj.template, attr)]
        return {"title": obj.template.title[attr], "lines": lines}


class OwnTemplatesOut(Schema):
    """All templates."""

    items = fields.List(fields.Nested(OwnTemplateOut), required=True)


class WeChatNoticeOut(Schema):
    """Something that was told, or is to be."""

    id = fields.UUID(required=True)
    template = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf([str(state) for state in NoticeState]))
    urgent = fields.Boolean(required=True)
    queued_at = ShownInstant(required=True)
    ended_at = ShownInstant(required=True, allow_none=True)


WeChatNoticePage = page_of(WeChatNoticeOut, "WeChatNoticePage")
