"""Where this installation is reached from outside."""

from app.infra import current

DEMO_BASE_URL = "http://127.0.0.1:8080"


def public_base_url() -> str | None:
    """Give the address in front of every path, without a slash at its end; None where the operator has set none.

    It is the one posted codes lead to (LINLI_QR_BASE_URL); demo and test have one of this machine.
    """
    config = current.config()
    found = config.qr_base_url or (DEMO_BASE_URL if config.takes_demo_liberties else None)
    return found.rstrip("/") if found else None
