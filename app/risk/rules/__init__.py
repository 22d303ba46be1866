"""Decisions of anti-fraud on values alone."""
