"""JSON of anti-fraud."""
