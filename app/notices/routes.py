"""URLs of notices: a person's own, and the door for WeChat's pushes."""

from collections.abc import Sequence

from app.infra.unit_of_work import UnitOfWork
from app.infra.wechat.sealing import Stamp
from app.kernel.actor import Role
from app.notices import service
from app.notices.schemas import AddressQuery, AnswersIn, OwnTemplatesOut, PushQuery, WeChatNoticePage
from app.notices.service.subscriptions import TemplateAnswer
from app.notices.terms import PUSH_BYTES_MAX
from app.web.endpoint import PUBLIC, Blueprint, endpoint
from app.web.limits import By, Limit
from app.web.operation import TEXT
from app.web.paging import PageQuery
from app.web.uploads import Plain, Upload

PERSON = frozenset({Role.PERSON})
# WeChat checks 2000 media a minute at most, and tells of each; what is not signed by it is refused anyhow
PUSHES = (Limit(By.ADDRESS, 6000, 60),)
PUSHED = Upload(("application/json", "text/plain", "text/xml"), PUSH_BYTES_MAX)

blueprint = Blueprint("notices", __name__, description="微信通知 / notices over WeChat")


@blueprint.route("/v1/me/notices")
@endpoint(roles=PERSON, query=PageQuery, reply=WeChatNoticePage)
def list_wechat_notices(uow: UnitOfWork, *, limit: int, cursor: str | None) -> object:
    """我的通知,新的在前 / what I was told, newest first."""
    return service.list_own_notices(uow, limit=limit, cursor=cursor)


@blueprint.route("/v1/me/notices/templates")
@endpoint(roles=PERSON, reply=OwnTemplatesOut)
def list_notice_templates(uow: UnitOfWork) -> object:
    """可订阅的消息,各还剩几条 / what I may be told about, and how often still."""
    return {"items": service.list_own_templates(uow)}


@blueprint.route("/v1/me/notices/subscriptions", methods=["POST"])
@endpoint(roles=PERSON, body=AnswersIn, reply=OwnTemplatesOut, idempotent=True)
def add_subscription_answers(uow: UnitOfWork, *, answers: Sequence[TemplateAnswer]) -> object:
    """上报 wx.requestSubscribeMessage 的结果 / report what wx.requestSubscribeMessage answered."""
    return {"items": service.add_answers(uow, answers=answers)}


@blueprint.route("/v1/wechat/push")
@endpoint(roles=PUBLIC, query=AddressQuery, media_type=TEXT)
def check_push_address(uow: UnitOfWork, *, timestamp: str, nonce: str, signature: str, echostr: str) -> object:
    """微信校验消息推送地址 / WeChat asks whether the address of the message push answers."""
    service.check_address(uow, stamp=Stamp(signature, timestamp, nonce))
    return Plain(echostr)


@blueprint.route("/v1/wechat/push", methods=["POST"])
@endpoint(roles=PUBLIC, query=PushQuery, upload=PUSHED, media_type=TEXT, limits=PUSHES)
def receive_push(
    uow: UnitOfWork, *, timestamp: str, nonce: str, msg_signature: str, content: bytes, media_type: str
) -> object:
    """微信推送消息(安全模式,JSON) / WeChat pushes a message, encrypted, as JSON."""
    del media_type
    service.receive_push(uow, stamp=Stamp(msg_signature, timestamp, nonce), content=content)
    return Plain("success")
