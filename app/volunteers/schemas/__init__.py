"""JSON of volunteering."""
