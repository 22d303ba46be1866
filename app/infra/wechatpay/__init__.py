"""WeChat Pay for a mall (智慧商圈): opening its callbacks, and telling it how many points somebody gets."""

from pathlib import Path
from typing import cast

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from flask import Flask, current_app

from app.infra.config import Config, SettingError
from app.infra.wechat.transport import Transport
from app.infra.wechatpay.callbacks import Callbacks
from app.infra.wechatpay.client import PayClient
from app.infra.wechatpay.errors import MallNotSetUp

CALLBACKS, CLIENT = "linli.wechatpay_callbacks", "linli.wechatpay"


def install(app: Flask, config: Config) -> None:
    """Give the application both, as far as the mall is set up; reads the files of keys. Opens no connection."""
    app.extensions[CALLBACKS] = app.extensions[CLIENT] = None
    if not (config.mall_is_whole and config.wechat_appid):
        return
    keys = {serial: _public_key(file) for serial, file in config.mall_platform_keys or ()}
    mchid, api_v3_key = config.mall_mchid or "", config.mall_api_v3_key or ""
    app.extensions[CALLBACKS] = Callbacks(mchid, config.wechat_appid, api_v3_key.encode(), keys)
    app.extensions[CLIENT] = PayClient(
        Transport(config.mall_base_url),
        mchid=mchid,
        serial=config.mall_key_serial or "",
        key=_private_key(config.mall_key_file or ""),
    )


def callbacks() -> Callbacks:
    """Give the current application's way to open callbacks. Refuses MallNotSetUp."""
    found = cast("Callbacks | None", current_app.extensions[CALLBACKS])
    if found is None:
        raise MallNotSetUp
    return found


def client() -> PayClient:
    """Give the current application's client. Refuses MallNotSetUp."""
    found = cast("PayClient | None", current_app.extensions[CLIENT])
    if found is None:
        raise MallNotSetUp
    return found


def _public_key(file: str) -> RSAPublicKey:
    try:
        pem = Path(file).read_bytes()
        is_certificate = b"BEGIN CERTIFICATE" in pem
        key = x509.load_pem_x509_certificate(pem).public_key() if is_certificate else load_pem_public_key(pem)
    except (OSError, ValueError):
        key = None
    if not isinstance(key, RSAPublicKey):
        raise SettingError("LINLI_MALL_PLATFORM_KEYS is wrong: each file must hold an RSA key or certificate (PEM).")
    return key


def _private_key(file: str) -> RSAPrivateKey:
    try:
        key = load_pem_private_key(Path(file).read_bytes(), password=None)
    except (OSError, ValueError, TypeError):
        key = None
    if not isinstance(key, RSAPrivateKey):
        raise SettingError("LINLI_MALL_KEY_FILE is wrong: it must hold the merchant's private RSA key (PEM).")
    return key
