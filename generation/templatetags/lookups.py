"""What a page knows of each of its rows."""

from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def of(known: Mapping[Any, Any] | None, key: Any) -> Any:
    """`etas|of:job.pk`: what is known of this key, or None."""
    return known.get(key) if known else None
