"""Every refusal the application knows, read off its classes."""

from collections.abc import Iterator

from app.kernel.errors import DomainError


def catalogue() -> list[type[DomainError]]:
    """List the concrete refusals by code. Only what has been imported counts, so ask after the factory ran."""
    return sorted((cls for cls in _subclasses(DomainError) if hasattr(cls, "code")), key=lambda cls: cls.code)


def _subclasses(cls: type[DomainError]) -> Iterator[type[DomainError]]:
    for child in cls.__subclasses__():
        yield child
        yield from _subclasses(child)
