"""Notices: queued, claimed, sent through the stand-in, recorded; pushes taken in and worked."""
