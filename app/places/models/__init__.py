"""The tables of places."""

from app.places.models.areas import Area, Import, Problem
from app.places.models.calendar import CalendarDay
from app.places.models.located import Located, position_columns
from app.places.models.qr import QrPoint, QrScans
from app.places.models.units import DutyPattern, DutyShift, DutySwap, ServiceArea, Unit

__all__ = [
    "Area",
    "CalendarDay",
    "DutyPattern",
    "DutyShift",
    "DutySwap",
    "Import",
    "Located",
    "Problem",
    "QrPoint",
    "QrScans",
    "ServiceArea",
    "Unit",
    "position_columns",
]
