"""Problems that say how they can be mended, with a button for it."""

import re

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

_MEANT = re.compile(r"(@(\S+) is not in the library\. Did you mean )@([A-Za-z0-9_-]+)\?")


@register.filter
def with_fix(message: str) -> SafeString | str:
    """The sentence; where it suggests a handle, that is a button that writes it in place of the wrong one."""
    found = _MEANT.fullmatch(message)
    if found is None:
        return message
    said, wrong, right = found.groups()
    button = '{}<button class="fix" type="button" data-wrong="{}" data-right="{}">@{}</button>?'
    return format_html(button, said, wrong, right, right)
