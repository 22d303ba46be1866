"""By what an activity is known that has a name only."""

import re
import unicodedata

SPACES = re.compile(r"\s+")
# between words of an alphabet a space parts them; beside a Chinese character it is how somebody typed
IDLE_SPACE = re.compile(r"(?<![!-~]) | (?![!-~])")


def known_as(activity: str) -> str:
    """The name without what changes from one typing to the next: width, case, and spaces that part no words."""
    name = SPACES.sub(" ", unicodedata.normalize("NFKC", activity).casefold()).strip()
    return IDLE_SPACE.sub("", name)
