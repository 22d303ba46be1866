"""Residents taken in from files: who they are, where they live, and what their paper passbooks held."""
