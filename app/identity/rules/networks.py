"""Networks: the first part of an address, which stays the same from day to day where the whole one does not."""

from ipaddress import IPv4Address, ip_address, ip_network

V4_BITS, V6_BITS = 24, 48
"""What one line of a house or one cell of a mobile network keeps."""


def network_of(address: str) -> str | None:
    """Give the network of an address. None: it is no address (a socket of this machine)."""
    try:
        found = ip_address(address)
    except ValueError:
        return None
    bits = V4_BITS if isinstance(found, IPv4Address) else V6_BITS
    return str(ip_network((found, bits), strict=False))
