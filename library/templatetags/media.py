"""Addresses of stored objects in templates. Signing is arithmetic: no tag here calls the storage."""

from datetime import datetime
from functools import lru_cache

from django import template
from django.utils import timezone

from library import storage
from library.models import MediaFile

register = template.Library()


@register.simple_tag
def signed_url(key: str, download_name: str = "") -> str:
    """The address of a private object, or nothing without a key; saved as `download_name` if one is given."""
    return storage.signed_url(key, download_name=download_name or None) if key else ""


@register.filter
def thumbnail(media: MediaFile | None) -> str:
    """The address of a media file's small picture, or nothing."""
    if media is None or not media.thumbnail_key:
        return ""
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    return _signed_within(hour, storage.plain_url(media.thumbnail_key), media.thumbnail_key)


@lru_cache(maxsize=5000)
def _signed_within(hour: datetime, place: str, key: str) -> str:
    # An address is the same for an hour, and signing the pictures of a list takes as long as the rest of its page.
    return storage.signed_url(key)
