"""The demo neighbourhood 美丽华都: its book, sponsors, shops and people, the same on every machine."""
