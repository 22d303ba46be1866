"""Photos that people hand in: made harmless, compared with those before, judged, kept for a time."""
