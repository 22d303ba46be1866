"""Decisions of webhooks on values alone."""
