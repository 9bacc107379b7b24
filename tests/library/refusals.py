"""Recognise refusal messages, whatever their wording."""

import re

from library.probe import Refusal
from library.refusal_text import TEXTS


def is_message(text: str, code: Refusal, name: str) -> bool:
    """Return whether the text is the message of this code for a file of this name."""
    parts = re.split(r"%\((\w+)\)s", str(TEXTS[code]))
    pattern = "".join(
        re.escape(part) if index % 2 == 0 else re.escape(name) if part == "name" else ".+"
        for index, part in enumerate(parts)
    )
    return re.fullmatch(pattern, text) is not None
