"""Every refusal of the mall. What a callback is refused for stands in app/infra/wechatpay/errors.py."""

from app.kernel.errors import DomainError, Kind


class ShopNumberTaken(DomainError):
    kind = Kind.CONFLICT
    code = "mall.shop_number_taken"
    text = {
        "zh": "商圈店铺编号 {shop_number} 已经有对应的店铺,请先停用原来的对应。",
        "en": "The mall's shop number {shop_number} belongs to a shop already; close that first.",
    }
    field = "shop_number"


class MallShopMissing(DomainError):
    kind = Kind.MISSING
    code = "mall.shop_missing"
    text = {"zh": "没有这条商圈店铺对应关系。", "en": "There is no such shop of the mall."}
    field = "mall_shop_id"


class EarnMissing(DomainError):
    kind = Kind.MISSING
    code = "mall.earn_missing"
    text = {"zh": "没有这笔商圈消费。", "en": "There is no such payment of the mall."}
    field = "earn_id"


class EarnNotInReview(DomainError):
    kind = Kind.CONFLICT
    code = "mall.earn_not_in_review"
    text = {
        "zh": "这笔商圈消费的状态是 {state},不需要复核。",
        "en": "This payment is {state}; there is nothing to review.",
    }


class EarnOfKin(DomainError):
    kind = Kind.DENIED
    code = "mall.earn_of_kin"
    text = {
        "zh": "须由另一位会计处理:不能放行自己、同住的人或登记的亲属的消费。",
        "en": "Another treasurer has to: nobody lets his own payments pass, nor his relatives' or housemates'.",
    }
    field = "earn_id"


class RefundMissing(DomainError):
    kind = Kind.MISSING
    code = "mall.refund_missing"
    text = {"zh": "没有这笔待复核的商圈退款。", "en": "There is no such refund of the mall to look at."}
    field = "mall_refund_id"


class RefundNotInReview(DomainError):
    kind = Kind.CONFLICT
    code = "mall.refund_not_in_review"
    text = {
        "zh": "这笔商圈退款的状态是 {state},不需要复核。",
        "en": "This refund is {state}; there is nothing to review.",
    }


class MessageWrong(DomainError):
    """It is WeChat Pay's, but not as its documents say."""

    kind = Kind.INVALID
    code = "mall.message_wrong"
    text = {
        "zh": "回调内容缺少或不合格式:{name}。",
        "en": "The callback lacks {name}, or it is not what it should be.",
    }
