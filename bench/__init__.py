"""Measured claims. Each is a ratio of two things measured in one run on one machine; absolute figures are notes."""
