"""Decisions of places: values in, values or a refusal out."""
