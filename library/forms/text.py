"""Fields for text that has to show something."""

from typing import Any

from django import forms

from library.text import is_blank


class VisibleCharField(forms.CharField):
    """A text of invisible characters alone counts as empty: nobody could find what is called so."""

    def to_python(self, value: Any) -> str:
        """Return the text, or nothing for what shows nothing."""
        text = str(super().to_python(value))
        return "" if is_blank(text) else text
