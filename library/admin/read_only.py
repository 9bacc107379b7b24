"""Previews, and read-only admin pages."""

from django.db.models import Model
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from library import storage
from library.models import MediaFile

PREVIEW_WIDTH, PREVIEW_HEIGHT = 96, 64
# Without these classes, the theme shrinks images with their cells, in wide tables to nothing.
PREVIEW_CLASSES = "w-24 h-16 max-w-none object-cover rounded"


def preview(media: MediaFile | None) -> SafeString | str:
    """Return a media file's thumbnail, linked to the file."""
    if media is None or not media.thumbnail_key:
        return "-"
    return format_html(
        '<a href="{}"><img src="{}" alt="{}" width="{}" height="{}" loading="lazy" class="{}"></a>',
        storage.signed_url(media.key),
        storage.signed_url(media.thumbnail_key),
        media.facts or media.get_kind_display(),
        PREVIEW_WIDTH,
        PREVIEW_HEIGHT,
        PREVIEW_CLASSES,
    )


class ViewAndDeleteOnly:
    """Rows can be viewed and deleted, but not added or changed."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnly(ViewAndDeleteOnly):
    """Rows can only be viewed."""

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
