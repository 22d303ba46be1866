"""Where a request for a stranger may go: to a name of the public internet, at addresses of the public internet.

An address that somebody typed is looked at twice. As text, when it is given to us, so that he reads what is
wrong with it; and as what its name resolves to, before each connecting: a name may lead elsewhere tomorrow.
"""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

URL_LENGTH_MAX = 500
PORTS = (443, 8443)
LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
PLAIN = re.compile(r"[!-~]+")
# Names that nobody resolves for the public, whatever a resolver of ours may say.
INNER = frozenset(
    {"localhost", "local", "internal", "intranet", "lan", "home", "corp", "arpa", "onion", "invalid", "test"}
)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# What Python calls global and is not somewhere else on the internet: gateways between protocols, of which the inner
# address would have to be judged again; shared and inner services; and where one provider's machines reach its own.
NOT_PUBLIC = tuple(
    ipaddress.ip_network(each)
    for each in (
        "0.0.0.0/8",
        "100.64.0.0/10",
        "168.63.129.16/32",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "224.0.0.0/3",
        "::/16",
        "64:ff9b::/32",
        "100::/8",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
    )
)
UNICAST = ipaddress.ip_network("2000::/3")


class UrlRefused(Exception):
    """An address that is not called. `reason` is a word of ours: scheme, host, port, form, inner."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect, and what to ask for there."""

    tls: bool
    host: str
    port: int
    path: str

    @property
    def origin(self) -> str:
        """What stands in the header Host."""
        return self.host if self.port == (443 if self.tls else 80) else f"{self.host}:{self.port}"


def read_url(url: str, *, local: bool = False) -> Target:
    """Read an address such as https://shop.example.cn/linli. Refuses UrlRefused what is not for strangers.

    Only names are taken, not numbers of any spelling. `local`: this machine as well, by http and at any port.
    """
    if not (0 < len(url) <= URL_LENGTH_MAX and PLAIN.fullmatch(url)) or "\\" in url or "#" in url:
        raise UrlRefused("form")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise UrlRefused("form") from None
    if "@" in parts.netloc:
        raise UrlRefused("form")
    if parts.scheme != "https" and not (local and parts.scheme == "http"):
        raise UrlRefused("scheme")
    tls = parts.scheme == "https"
    _check_host(host, local=local)
    port = port if port is not None else (443 if tls else 80)
    if port not in PORTS and not local:
        raise UrlRefused("port")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(tls, host, port, path)


def _check_host(host: str, *, local: bool) -> None:
    if local and host in {"127.0.0.1", "localhost"}:
        return
    labels = host.split(".")
    if len(host) > 253 or len(labels) < 2 or not all(LABEL.fullmatch(label) for label in labels):
        raise UrlRefused("host")
    if not re.search("[a-z]", labels[-1]) or labels[-1].startswith("0x"):
        raise UrlRefused("host")  # 127.0.0.1, 0x7f.0.0.1, 017700000001.: numbers in the clothes of a name
    if labels[-1] in INNER:
        raise UrlRefused("inner")


def is_public(text: str, *, local: bool = False) -> bool:
    """Say whether an address lies out on the internet. `local`: or is this machine's own loopback."""
    try:
        address: Address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if local and address.is_loopback:
        return True
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    if isinstance(address, ipaddress.IPv6Address) and (address.scope_id is not None or address not in UNICAST):
        return False  # mapped, compatible and link-local ones lie outside of what is handed out
    return not any(address.version == network.version and address in network for network in NOT_PUBLIC)


def all_public(addresses: Sequence[str], *, local: bool = False) -> bool:
    """Say whether there are addresses and every one is public: a name that leads inside as well is not called."""
    return bool(addresses) and all(is_public(each, local=local) for each in addresses)
