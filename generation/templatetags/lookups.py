"""Look-ups in dictionaries."""

from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def of(values: Mapping[Any, Any] | None, key: Any) -> Any:
    """Return the value of a key, or None: `{{ etas|of:job.pk }}`."""
    return values.get(key) if values else None
