"""Kinds, paths and names."""

import uuid

import pytest

from app.places import errors
from app.places.rules import tree
from app.places.terms import AreaKind

RIGHT = {
    ("district", None),
    ("street", "district"),
    ("community", "street"),
    ("grid", "community"),
    ("estate", "community"),
    ("building", "estate"),
    ("building", "community"),
    ("unit", "building"),
}


@pytest.mark.parametrize("kind", list(AreaKind))
@pytest.mark.parametrize("parent", [None, *AreaKind])
def test_each_kind_stands_only_where_it_may(kind, parent):
    if (kind, parent) in RIGHT:
        tree.check_parent(kind, parent)
    else:
        with pytest.raises(errors.ParentWrong) as refused:
            tree.check_parent(kind, parent)
        assert refused.value.field == "parent_id"
        assert tree.LABELS[kind]["zh"] in refused.value.detail("zh")


def test_no_area_can_come_to_stand_below_itself():
    """Kinds lead upwards only: a walk up ends at the district whatever is moved where."""
    above = {kind: set(parents) for kind, parents in tree.PARENTS.items()}
    for _ in AreaKind:
        above = {kind: parents | {up for each in parents for up in above[each]} for kind, parents in above.items()}
    assert all(kind not in parents for kind, parents in above.items())
    assert set(tree.PARENTS) == set(AreaKind) == set(tree.LABELS)


def test_paths_name_the_way_down_and_compare():
    root, child, other = (uuid.UUID(int=number) for number in (1, 2, 3))
    path = tree.path_of(child, tree.path_of(root))
    assert tree.ids_of(path) == [root, child]
    assert len(path) == 2 * tree.SEGMENT
    assert tree.is_within(path, tree.path_of(root))
    assert not tree.is_within(tree.path_of(root), path)
    assert not tree.is_within(tree.path_of(other), tree.path_of(root))
    assert path < tree.path_of(other, path) < tree.end_of(path)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("3号楼", "3"),
        ("03栋", "3"),
        ("三幢", "3"),
        ("十二号楼", "12"),
        ("二十单元", "20"),
        ("九十九号楼", "99"),
        ("甲单元", "甲"),
        ("a座", "A"),
        ("3-1号楼", "3-1"),
        ("梅里新村", "梅里新村"),
        ("楼", "楼"),
        ("0号楼", "0"),
        ("阳光 小区(东)", "阳光小区东"),
    ],
)
def test_a_code_is_what_people_say_for_short(name, code):
    assert tree.code_of(name) == code
    tree.check_code(code)


@pytest.mark.parametrize("code", ["", "x" * 21, "a b", "a/b", "=1", "%"])
def test_a_code_of_another_form_is_refused(code):
    with pytest.raises(errors.CodeForm):
        tree.check_code(code)
