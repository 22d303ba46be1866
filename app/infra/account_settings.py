"""Settings of accounts: how many may be bound before a person looks. A part of Config, which alone reads them."""

from dataclasses import dataclass

from app.infra import readers
from app.infra.outside_settings import OutsideSettings, setting


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSettings(OutsideSettings):
    """The settings of accounts."""

    home_residents_max: int = setting(
        "LINLI_HOME_RESIDENTS_MAX",
        readers.whole(1, 100),
        "Residents of one dwelling the lists alone confirm; whoever comes after them is confirmed by a person.",
        default=8,
    )
    device_accounts_max: int = setting(
        "LINLI_DEVICE_ACCOUNTS_MAX",
        readers.whole(1, 100),
        "Accounts on one device the lists alone confirm; those after them are confirmed by a person.",
        default=3,
    )
    first_redemption_days: int = setting(
        "LINLI_FIRST_REDEMPTION_DAYS",
        readers.whole(0, 30),
        "Days before a new account may pay with points or pass them on; 0: at once.",
        default=0,
    )
