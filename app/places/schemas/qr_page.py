"""What somebody sees who scans a posted code outside of WeChat: what it is, and how to go on. Plain HTML, no script."""

from http import HTTPStatus

from markupsafe import escape

from app.places.schemas.qr_sheet import TITLES
from app.places.service import PostedPlace
from app.web.uploads import Page

HOW = (
    "请用微信“扫一扫”扫描这张码,在小程序中打开。",
    "Open it in WeChat: scan the code with WeChat's own scanner (Discover, Scan).",
)
GONE = ("这张二维码无效或已停用。", "This code is not valid, or not in use any more.")


def show_page(found: PostedPlace | None) -> Page:
    """Make the page of a code; without one it says so, as 404."""
    if found is None:
        return Page(_html("Linli", [*GONE]), HTTPStatus.NOT_FOUND)
    title = TITLES[found.purpose]
    lines = [f"{title['zh']} · {title['en']}", found.place, *HOW]
    return Page(_html(found.community, lines))


def _html(heading: str, lines: list[str]) -> str:
    rows = "\n".join(f"<p>{escape(line)}</p>" for line in lines)
    return f"""<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<title>{escape(heading)}</title>
</head>
<body>
<h1>{escape(heading)}</h1>
{rows}
</body>
</html>
"""
