"""JSON of identity."""
