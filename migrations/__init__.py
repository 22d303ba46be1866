"""The database's history, one numbered file per step."""
