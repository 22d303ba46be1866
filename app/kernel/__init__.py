"""Pure values: no database, no HTTP, no clock."""
