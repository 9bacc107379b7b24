"""Form fields for text that must contain a visible character."""

from typing import Any

from django import forms

from library.text import is_blank


class VisibleCharField(forms.CharField):
    """A text field in which text without visible characters counts as empty."""

    def to_python(self, value: Any) -> str:
        """Return the text, or an empty string if it has no visible characters."""
        text = str(super().to_python(value))
        return "" if is_blank(text) else text
