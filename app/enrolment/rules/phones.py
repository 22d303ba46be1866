"""Telephone numbers that look alike."""


def differ_in_one_digit(one: str, other: str) -> bool:
    """Say whether two numbers are of one length and differ in exactly one place: a slip of the pen."""
    return len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True)) == 1
