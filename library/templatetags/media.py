"""Addresses of stored objects in templates. Signing is arithmetic: no tag here calls the storage."""

from django import template

from library import storage
from library.models import MediaFile

register = template.Library()


@register.simple_tag
def signed_url(key: str, download_name: str = "") -> str:
    """The address of a private object, or nothing without a key; saved as `download_name` if one is given."""
    return storage.signed_url(key, download_name=download_name or None) if key else ""


@register.simple_tag
def brief_url(key: str) -> str:
    """The same for guests, good for some minutes."""
    return storage.brief_url(key) if key else ""


@register.filter
def thumbnail(media: MediaFile | None) -> str:
    """The address of a media file's small picture, or nothing."""
    return storage.signed_url(media.thumbnail_key) if media and media.thumbnail_key else ""
