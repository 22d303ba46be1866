"""Settings of what lies outside: webhooks to shops, and WeChat Pay. A part of Config, which alone reads them."""

from collections.abc import Callable
from dataclasses import MISSING, dataclass, field
from typing import Any

from app.infra import readers


def setting(
    name: str, read: Callable[[str], object], meaning: str, *, default: Any = MISSING, secret: bool = False
) -> Any:
    """Make the field of a setting: its name in the environment, what reads it, and what it means to an operator."""
    metadata = {"name": name, "read": read, "meaning": meaning, "secret": secret}
    if default is MISSING:
        return field(metadata=metadata, repr=not secret)
    return field(default=default, metadata=metadata, repr=not secret)


def _yes_or_no(text: str) -> bool:
    return readers.one_of("YES", "NO")(text) == "YES"


def _named_files(text: str) -> tuple[tuple[str, str], ...]:
    pairs = [each.strip().partition(":") for each in text.split(",")]
    if not all(name and file for name, _, file in pairs):
        raise ValueError("serial:file pairs with commas between")
    return tuple((name, file) for name, _, file in pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideSettings:
    """The settings of what lies outside."""

    outbound_local: bool = setting(
        "LINLI_OUTBOUND_LOCAL",
        _yes_or_no,
        "`yes`: webhooks may go to this machine's own loopback, by http and at any port; demo and test only.",
        default=False,
    )
    mall_base_url: str = setting(
        "LINLI_MALL_BASE_URL",
        readers.url("https", "http"),
        "Where WeChat Pay's API is reached; the stand-in's address in demo and test.",
        default="https://api.mch.weixin.qq.com",
    )
    mall_mchid: str | None = setting(
        "LINLI_MALL_MCHID",
        readers.looks_like(r"[0-9]{8,12}", "the number of the merchant at WeChat Pay, 8 to 12 digits"),
        "Number of the merchant of the mall (商圈) at WeChat Pay; without it nothing of the mall works.",
        default=None,
    )
    mall_api_v3_key: str | None = setting(
        "LINLI_MALL_API_V3_KEY",
        readers.looks_like(r"[!-~]{32}", "the APIv3 key of the merchant, 32 characters"),
        "APIv3 key: opens callbacks. Set together with the other settings of the mall.",
        default=None,
        secret=True,
    )
    mall_key_file: str | None = setting(
        "LINLI_MALL_KEY_FILE", str, "The merchant's private key (PEM): signs what we send.", default=None
    )
    mall_key_serial: str | None = setting(
        "LINLI_MALL_KEY_SERIAL",
        readers.looks_like(r"[0-9A-Fa-f]{10,64}", "the serial number of the merchant's certificate, in hex"),
        "Serial number of the certificate of that key.",
        default=None,
    )
    mall_platform_keys: tuple[tuple[str, str], ...] | None = setting(
        "LINLI_MALL_PLATFORM_KEYS",
        _named_files,
        "Public keys or certificates of WeChat Pay (PEM) by serial number or key id: serial:file, commas between.",
        default=None,
    )

    @property
    def mall_is_whole(self) -> bool:
        """Say whether the mall is set up; half of its settings are as good as none."""
        given = (self.mall_mchid, self.mall_api_v3_key, self.mall_key_file, self.mall_key_serial)
        return all((*given, self.mall_platform_keys))
