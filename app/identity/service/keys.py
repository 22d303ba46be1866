"""The keys that sign, as the settings gave them: for the tokens of one application."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.infra.readers import Keys


@dataclass(frozen=True, slots=True)
class Keyring:
    """The key that signs, by its name, and all that are still good for what they signed."""

    signing: str
    keys: Mapping[str, str] = field(repr=False)

    @classmethod
    def of(cls, keys: Keys) -> "Keyring":
        """Take the keys of the settings: the first signs."""
        return cls(keys[0][0], dict(keys))

    @property
    def key(self) -> str:
        """The key that signs."""
        return self.keys[self.signing]
