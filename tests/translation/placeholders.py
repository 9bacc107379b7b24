"""What a translation has to keep of its message: placeholders and tags."""

import re

PLACEHOLDER = re.compile(r"%\(\w+\)[#0 +-]*\d*(?:\.\d+)?[a-zA-Z]|%[sdrf]|%%|\{\w*\}")
TAG = re.compile(r"</?[a-zA-Z][^>]*>|&\w+;")


def kept(text: str) -> list[str]:
    """Return the placeholders and tags of a text, sorted: languages order them differently."""
    return sorted(PLACEHOLDER.findall(text) + TAG.findall(text))


def dummy(text: str) -> str:
    """Return `x` with the placeholders and tags of a text, in their order."""
    parts = re.findall(f"{PLACEHOLDER.pattern}|{TAG.pattern}", text)
    return " ".join(["x", *parts])
