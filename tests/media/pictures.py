"""Pictures that look like somewhere, from a number; and what people do to them."""

import random
from collections.abc import Callable
from io import BytesIO

from PIL import Image, ImageDraw, ImageOps

SIZE = (640, 480)


def scene(seed: int) -> Image.Image:
    """Somewhere: soft light, and things in front of it."""
    chance = random.Random(seed)
    light = Image.new("RGB", (chance.randint(5, 9), chance.randint(4, 7)))
    light.putdata([tuple(chance.randint(20, 235) for _ in range(3)) for _ in range(light.width * light.height)])
    picture = light.resize(SIZE, Image.Resampling.BICUBIC)
    pen = ImageDraw.Draw(picture)
    for _ in range(chance.randint(8, 20)):
        x, y = chance.randint(0, SIZE[0]), chance.randint(0, SIZE[1])
        box = (x, y, x + chance.randint(30, 300), y + chance.randint(20, 300))
        (pen.rectangle if chance.random() < 0.6 else pen.ellipse)(
            box, fill=tuple(chance.randint(0, 255) for _ in range(3))
        )
    return picture


def jpeg(picture: Image.Image, *, quality: int = 92, **more: object) -> bytes:
    written = BytesIO()
    picture.save(written, "JPEG", quality=quality, **more)
    return written.getvalue()


def _cropped(picture: Image.Image) -> Image.Image:
    x, y = round(picture.width * 0.03), round(picture.height * 0.03)
    return picture.crop((x, y, picture.width - x, picture.height - y))


CHANGED: dict[str, Callable[[Image.Image], bytes]] = {
    "the same file": jpeg,
    "compressed": lambda picture: jpeg(picture, quality=40),
    "cropped": lambda picture: jpeg(_cropped(picture)),
    "mirrored": lambda picture: jpeg(ImageOps.mirror(picture)),
    "halved": lambda picture: jpeg(picture.resize((SIZE[0] // 2, SIZE[1] // 2))),
    "brighter": lambda picture: jpeg(picture.point(lambda shade: min(255, int(shade * 1.3)))),
}
