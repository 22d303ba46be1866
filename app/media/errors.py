"""Every refusal of photos."""

from app.kernel.errors import DomainError, Kind


class PhotoUnreadable(DomainError):
    """Not a picture, cut short, or of a kind that is not what its name says."""

    kind = Kind.INVALID
    code = "media.photo_unreadable"
    text = {
        "zh": "照片打不开:请用 JPEG、PNG 或 WebP 格式重新拍摄或选择。苹果手机的 HEIC 照片,请在“设置-相机-格式”里选"
        "“兼容性最佳”,或先截图再上传。",
        "en": "This photo cannot be read: take or choose it again as JPEG, PNG or WebP. For HEIC of an iPhone choose "
        "Settings, Camera, Formats, Most Compatible, or send a screenshot of it.",
    }
    field = "content"


class PhotoTooLarge(DomainError):
    kind = Kind.INVALID
    code = "media.photo_too_large"
    text = {
        "zh": "照片尺寸过大({width}×{height}):请压缩后上传,总像素不超过 {megapixels} 百万。",
        "en": "This photo is too large ({width}×{height}): at most {megapixels} million pixels, please scale it down.",
    }
    field = "content"


class PhotoMissing(DomainError):
    """There is none, it is another's, or its time is over."""

    kind = Kind.MISSING
    code = "media.photo_missing"
    text = {"zh": "没有这张照片,请重新上传。", "en": "There is no such photo: please upload it again."}
    field = "photo_id"


class PhotoUsed(DomainError):
    kind = Kind.CONFLICT
    code = "media.photo_used"
    text = {
        "zh": "这张照片已经随别的内容提交过,请重新拍摄。",
        "en": "This photo was handed in with something else: please take another one.",
    }
    field = "photo_ids"


class PhotoTwice(DomainError):
    kind = Kind.INVALID
    code = "media.photo_twice"
    text = {"zh": "同一张照片写了两次,请去掉重复的。", "en": "The same photo is named twice: name it once."}
    field = "photo_ids"
