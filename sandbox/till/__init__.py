"""A till for vendors to try the system with, and to see their own against: docs/redemptions.md.

It is written from the documents alone and imports nothing of the application.
"""
