"""The first part of an address: what stays the same from day to day."""

import pytest

from app.identity.rules.networks import network_of


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.0/24"),
        ("203.0.113.250", "203.0.113.0/24"),
        ("203.0.114.7", "203.0.114.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("2001:db8:1:ffff::9", "2001:db8:1::/48"),
        ("", None),
        ("unix:", None),
        ("203.0.113.7, 10.0.0.1", None),
    ],
)
def test_neighbours_share_a_network_and_what_is_no_address_has_none(address, network):
    assert network_of(address) == network
