"""Signed URLs of stored objects in templates. Signing needs no request to the storage."""

from django import template

from library import storage
from library.models import MediaFile

register = template.Library()


@register.simple_tag
def signed_url(key: str, download_name: str = "") -> str:
    """Return the URL of a private object, empty without a key; browsers save it as `download_name` if given."""
    return storage.signed_url(key, download_name=download_name or None) if key else ""


@register.simple_tag
def guest_url(key: str) -> str:
    """Return the URL for guests, which is valid for a few minutes."""
    return storage.guest_url(key) if key else ""


@register.filter
def thumbnail(media: MediaFile | None) -> str:
    """Return the URL of a media file's thumbnail, or an empty string."""
    return storage.signed_url(media.thumbnail_key) if media and media.thumbnail_key else ""
