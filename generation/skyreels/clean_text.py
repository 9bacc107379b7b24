"""Clean text from responses, so that one invalid character does not make a whole response unusable."""

import re

# PostgreSQL rejects NUL; UTF-8 cannot encode lone surrogates.
_INVALID_CHARACTERS = re.compile("[\0\ud800-\udfff]")


def read_text(value: object) -> str:
    """Return a string or whole number as text that databases accept; empty for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return _INVALID_CHARACTERS.sub("", str(value)).strip()
