"""Names and labels in one line."""


def one_line(text: str) -> str:
    """Return the text without line breaks and other characters that cannot be seen."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
