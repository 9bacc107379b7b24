"""Text out of somebody else's JSON, fit to be written down: one odd letter must not cost a whole answer."""

import re

# NUL is no text to a database, half of a surrogate pair none to UTF-8.
_NO_TEXT = re.compile("[\0\ud800-\udfff]")


def read_text(value: object) -> str:
    """A string or a whole number as text, without what no database takes; empty for everything else."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return _NO_TEXT.sub("", str(value)).strip()
