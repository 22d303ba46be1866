"""Decisions of notices on values alone."""
