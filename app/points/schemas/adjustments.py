"""JSON of adjustments."""

from app.points.schemas.fields import Reason
from app.web.fields import FEN_MAX, Id, StrictInteger
from app.web.parsing import StrictSchema


class AdjustmentIn(StrictSchema):
    """How much more (+) or less (−) a shop is owed, why, and whose money bears it."""

    shop_id = Id(required=True)
    fen = StrictInteger(
        required=True,
        minimum=-FEN_MAX,
        maximum=FEN_MAX,
        metadata={"description": "正数:多付商户;负数:少付 / + is owed to the shop, − no longer owed"},
    )
    sponsor_id = Id(
        load_default=None,
        allow_none=True,
        metadata={
            "description": "由该资助方的闲置资金承担;不填则由账簿结余承担 / whose money bears it, or the book's own"
        },
    )
    reason = Reason()
