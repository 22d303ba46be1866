"""The columns of a position: WGS-84, and the pair as it was given with its datum."""

from sqlalchemy import Double, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.geo import Datum, Pair, Position, Source


class Located:
    """A row that may have a position; set and read it as a whole."""

    lat: Mapped[float | None] = mapped_column(Double)
    lng: Mapped[float | None] = mapped_column(Double)
    raw_lat: Mapped[float | None] = mapped_column(Double)
    raw_lng: Mapped[float | None] = mapped_column(Double)
    datum: Mapped[str | None] = mapped_column(Text)
    accuracy_m: Mapped[float | None] = mapped_column(Double)
    position_source: Mapped[str | None] = mapped_column(Text)

    @property
    def position(self) -> Position | None:
        """Where it is, if that is known."""
        if self.lat is None or self.lng is None or self.raw_lat is None or self.raw_lng is None:
            return None
        raw = Pair(self.raw_lat, self.raw_lng, Datum(str(self.datum)))
        return Position(self.lat, self.lng, raw, self.accuracy_m, Source(str(self.position_source)))


def position_columns(position: Position | None) -> dict[str, object]:
    """Give the columns of a position by name; none of them is left out, so that an old one never shines through."""
    if position is None:
        return dict.fromkeys(("lat", "lng", "raw_lat", "raw_lng", "datum", "accuracy_m", "position_source"))
    return {
        "lat": position.lat,
        "lng": position.lng,
        "raw_lat": position.raw.lat,
        "raw_lng": position.raw.lng,
        "datum": str(position.raw.datum),
        "accuracy_m": position.accuracy_m,
        "position_source": str(position.source),
    }
