"""JSON of shops, payments and settlements."""
