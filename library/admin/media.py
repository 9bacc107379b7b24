"""Versions and media files in the admin, read-only."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display

from library.admin.read_only import ReadOnly, preview
from library.models import AssetVersion, MediaFile, VersionFile


class FileInline(ReadOnly, TabularInline):
    model = VersionFile
    fields = ("picture", "role", "position", "facts")
    readonly_fields = fields
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[VersionFile]:
        return super().get_queryset(request).select_related("media")

    @display(description=_("file"))
    def picture(self, use: VersionFile) -> SafeString | str:
        return preview(use.media)

    def facts(self, use: VersionFile) -> str:
        return use.media.facts


@admin.register(AssetVersion)
class AssetVersionAdmin(ReadOnly, ModelAdmin):
    """Versions of assets."""

    list_display = ("picture", "asset", "number", "note", "created_by", "created_at")
    list_display_links = ("asset", "number")
    list_filter = ("asset__kind", "created_at")
    list_select_related = ("asset__cover", "created_by")
    search_fields = ("asset__handle", "asset__title", "note")
    date_hierarchy = "created_at"
    inlines = (FileInline,)

    @display(description=_("preview"))
    def picture(self, version: AssetVersion) -> SafeString | str:
        return preview(version.asset.cover)


@admin.register(MediaFile)
class MediaFileAdmin(ReadOnly, ModelAdmin):
    """Media files with their facts."""

    list_display = ("picture", "short_hash", "kind", "facts", "aspect", "codec", "bytes", "created_at")
    list_display_links = ("short_hash",)
    list_filter = ("kind", "mime", "has_audio", "created_at")
    search_fields = ("sha256", "key", "versions__asset__handle")
    date_hierarchy = "created_at"

    @display(description="")
    def picture(self, media: MediaFile) -> SafeString | str:
        return preview(media)

    @display(description=_("SHA-256"), ordering="sha256")
    def short_hash(self, media: MediaFile) -> str:
        return media.sha256[:12]

    @display(description=_("size"), ordering="size")
    def bytes(self, media: MediaFile) -> str:
        return filesizeformat(media.size)
