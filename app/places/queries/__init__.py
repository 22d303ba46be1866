"""Reads of places, session first."""

from app.places.queries.areas import (
    below,
    covers,
    find_building,
    find_neighbour,
    find_neighbour_by_code,
    find_other_of_book,
    find_scope,
    get_area,
    get_area_of_book,
    is_in_use,
    leave_grids,
    list_ancestor_ids,
    list_areas,
    list_areas_by_id,
    list_covering_ids,
    lock_tree,
)

__all__ = [
    "below",
    "covers",
    "find_building",
    "find_neighbour",
    "find_neighbour_by_code",
    "find_other_of_book",
    "find_scope",
    "get_area",
    "get_area_of_book",
    "is_in_use",
    "leave_grids",
    "list_ancestor_ids",
    "list_areas",
    "list_areas_by_id",
    "list_covering_ids",
    "lock_tree",
]
