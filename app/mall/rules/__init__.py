"""Decisions of the mall on values alone."""
