"""What the tools say when they cannot go on: one sentence with its remedy, never a traceback."""


class Refusal(Exception):
    """Stops a tool; its text is shown to the person at the keyboard as it stands."""
