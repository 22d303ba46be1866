"""Telling programs of others what happened: signed, as often as it takes, to addresses they gave us."""
