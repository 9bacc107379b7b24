"""The library in Django's admin. Lists show previews by signed addresses and never call the storage.

What happened is not rewritten here either: media files and versions can be looked at, not changed.
"""

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from library import storage
from library.models import Asset, AssetVersion, MediaFile, Membership, Project, ProjectAsset, VersionFile

PREVIEW_WIDTH, PREVIEW_HEIGHT = 96, 60

admin.site.unregister(User)
admin.site.unregister(Group)


def preview(media: MediaFile | None) -> SafeString | str:
    """A media file's thumbnail, linked to the file."""
    if media is None or not media.thumbnail_key:
        return "-"
    return format_html(
        '<a href="{}"><img src="{}" alt="{}" width="{}" height="{}" loading="lazy" class="object-cover rounded"></a>',
        storage.signed_url(media.key),
        storage.signed_url(media.thumbnail_key),
        media.facts or media.get_kind_display(),
        PREVIEW_WIDTH,
        PREVIEW_HEIGHT,
    )


class ReadOnly:
    """Can be looked at by those who may view it; is made and changed elsewhere."""

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(User)
class PersonAdmin(UserAdmin, ModelAdmin):
    """People."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm


@admin.register(Group)
class PeopleGroupAdmin(GroupAdmin, ModelAdmin):
    """Groups of people."""


class MembershipInline(TabularInline):
    model = Membership
    autocomplete_fields = ("user",)
    extra = 0


class LinkInline(TabularInline):
    model = ProjectAsset
    autocomplete_fields = ("asset", "pinned_version")
    extra = 0


@admin.register(Project)
class ProjectAdmin(ModelAdmin):
    """Productions with their teams."""

    list_display = ("name", "slug", "people", "budget_usd", "created_at")
    search_fields = ("name", "slug", "description")
    prepopulated_fields = {"slug": ("name",)}
    date_hierarchy = "created_at"
    inlines = (MembershipInline, LinkInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Project]:
        return super().get_queryset(request).annotate(people=Count("members"))

    @display(description="members", ordering="people")
    def people(self, project: Project) -> int:
        return project.people  # type: ignore[attr-defined]  # annotated above


class VersionInline(ReadOnly, TabularInline):
    model = AssetVersion
    fk_name = "asset"
    fields = ("number", "note", "created_by", "created_at")
    readonly_fields = fields
    show_change_link = True
    extra = 0


@admin.register(Asset)
class AssetAdmin(ModelAdmin):
    """Assets. The handle is fixed after the first save: prompts and drafts name it."""

    list_display = (
        "picture",
        "handle",
        "title",
        "kind",
        "home_project",
        "is_shared",
        "created_by",
        "created_at",
    )
    list_display_links = ("handle",)
    list_filter = (
        "kind",
        "is_shared",
        ("archived_at", admin.EmptyFieldListFilter),
        "home_project",
        "created_at",
    )
    list_select_related = ("cover", "home_project", "created_by")
    search_fields = ("handle", "title", "description", "tags__name")
    autocomplete_fields = ("home_project",)
    readonly_fields = (
        "picture",
        "handle",
        "kind",
        "current_version",
        "created_by",
        "created_at",
        "updated_at",
        "revision",
    )
    fields = (
        ("picture", "handle", "kind"),
        ("title", "tags"),
        "description",
        ("home_project", "is_shared", "archived_at"),
        ("current_version", "created_by", "created_at", "updated_at", "revision"),
    )
    date_hierarchy = "created_at"
    inlines = (VersionInline,)

    @display(description="")
    def picture(self, asset: Asset) -> SafeString | str:
        return preview(asset.cover)

    def has_add_permission(self, request: HttpRequest) -> bool:
        # An asset without files is of no use: they are made on the library's page.
        return False


class FileInline(ReadOnly, TabularInline):
    model = VersionFile
    fields = ("picture", "role", "position", "facts")
    readonly_fields = fields
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[VersionFile]:
        return super().get_queryset(request).select_related("media")

    @display(description="file")
    def picture(self, use: VersionFile) -> SafeString | str:
        return preview(use.media)

    def facts(self, use: VersionFile) -> str:
        return use.media.facts


@admin.register(AssetVersion)
class AssetVersionAdmin(ReadOnly, ModelAdmin):
    """Versions: what jobs pin."""

    list_display = ("picture", "asset", "number", "note", "created_by", "created_at")
    list_display_links = ("asset", "number")
    list_filter = ("asset__kind", "created_at")
    list_select_related = ("asset__cover", "created_by")
    search_fields = ("asset__handle", "asset__title", "note")
    date_hierarchy = "created_at"
    inlines = (FileInline,)

    @display(description="asset's picture")
    def picture(self, version: AssetVersion) -> SafeString | str:
        return preview(version.asset.cover)


@admin.register(MediaFile)
class MediaFileAdmin(ReadOnly, ModelAdmin):
    """Stored objects with what was found in them."""

    list_display = ("picture", "short_hash", "kind", "facts", "codec", "bytes", "created_at")
    list_display_links = ("short_hash",)
    list_filter = ("kind", "mime", "has_audio", "created_at")
    search_fields = ("sha256", "key", "versions__asset__handle")
    date_hierarchy = "created_at"

    @display(description="")
    def picture(self, media: MediaFile) -> SafeString | str:
        return preview(media)

    @display(description="SHA-256", ordering="sha256")
    def short_hash(self, media: MediaFile) -> str:
        return media.sha256[:12]

    @display(description="size", ordering="size")
    def bytes(self, media: MediaFile) -> str:
        return filesizeformat(media.size)


@admin.register(ProjectAsset)
class ProjectAssetAdmin(ModelAdmin):
    """Which project uses which asset, following its latest version or pinned to one."""

    list_display = ("picture", "asset", "project", "pinned_version", "created_at")
    list_display_links = ("asset",)
    list_filter = ("project", ("pinned_version", admin.EmptyFieldListFilter))
    list_select_related = ("asset__cover", "project", "pinned_version__asset")
    search_fields = ("asset__handle", "asset__title", "project__name")
    autocomplete_fields = ("project", "asset", "pinned_version")

    @display(description="")
    def picture(self, link: ProjectAsset) -> SafeString | str:
        return preview(link.asset.cover)
