"""Acts of places, one function each."""

from app.places.service.areas import (
    AreaView,
    change_area,
    close_area,
    list_areas,
    move_area,
    open_area,
    show_area,
    view_area,
)

__all__ = [
    "AreaView",
    "change_area",
    "close_area",
    "list_areas",
    "move_area",
    "open_area",
    "show_area",
    "view_area",
]
