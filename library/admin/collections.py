"""Tags, former handles, collections, favourites and saved views in the admin."""

from django.contrib import admin
from django.db.models import Count, IntegerField, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from taggit.models import Tag
from unfold.admin import ModelAdmin
from unfold.decorators import display

from library.admin.read_only import ReadOnly, ViewAndDeleteOnly, preview
from library.models import Asset, AssetTag, Collection, Favourite, HandleAlias, SavedView
from library.models.search import refresh_search, refresh_tagged

# taggit's admin page merges tags in a table that assets do not use.
admin.site.unregister(Tag)


@admin.register(Tag)
class TagAdmin(ModelAdmin):
    """Tags. Renaming or deleting one updates the search texts of its assets."""

    list_display = ("name", "slug", "asset_count")
    search_fields = ("name",)
    prepopulated_fields = {"slug": ("name",)}
    ordering = ("name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tag]:
        return super().get_queryset(request).annotate(asset_count=_count(AssetTag, tag=OuterRef("pk")))

    @display(description=gettext_lazy("assets"), ordering="asset_count")
    def asset_count(self, tag: Tag) -> int:
        return tag.asset_count

    def save_model(self, request: HttpRequest, obj: Tag, form: object, change: bool) -> None:
        super().save_model(request, obj, form, change)
        refresh_tagged(obj)

    def delete_model(self, request: HttpRequest, obj: Tag) -> None:
        self.delete_queryset(request, Tag.objects.filter(pk=obj.pk))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Tag]) -> None:
        tagged = list(Asset.objects.filter(tagged_items__tag__in=queryset.values("pk")).distinct())
        super().delete_queryset(request, queryset)
        refresh_search(*tagged)


@admin.register(HandleAlias)
class HandleAliasAdmin(ViewAndDeleteOnly, ModelAdmin):
    """Former handles of assets. Deleting one releases it."""

    list_display = ("picture", "name", "asset", "created_at")
    list_display_links = ("name",)
    list_filter = ("asset__kind", "created_at")
    list_select_related = ("asset__cover",)
    search_fields = ("name", "asset__handle")
    date_hierarchy = "created_at"

    def delete_model(self, request: HttpRequest, obj: HandleAlias) -> None:
        self.delete_queryset(request, HandleAlias.objects.filter(pk=obj.pk))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[HandleAlias]) -> None:
        named = list(Asset.objects.filter(aliases__in=queryset.values("pk")).distinct())
        super().delete_queryset(request, queryset)
        refresh_search(*named)

    @display(description="")
    def picture(self, alias: HandleAlias) -> SafeString | str:
        return preview(alias.asset.cover)


@admin.register(Collection)
class CollectionAdmin(ModelAdmin):
    """Named sets of assets of a user or a project."""

    list_display = ("name", "owner", "project", "asset_count", "created_at")
    list_filter = (("project", admin.EmptyFieldListFilter), "created_at")
    list_select_related = ("owner", "project")
    search_fields = ("name", "owner__username", "project__name")
    ordering = ("name", "pk")
    autocomplete_fields = ("owner", "project", "assets")
    date_hierarchy = "created_at"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Collection]:
        return (
            super()
            .get_queryset(request)
            .annotate(asset_count=_count(Collection.assets.through, collection=OuterRef("pk")))
        )

    @display(description=gettext_lazy("assets"), ordering="asset_count")
    def asset_count(self, collection: Collection) -> int:
        return collection.asset_count  # type: ignore[attr-defined]  # annotated above


@admin.register(Favourite)
class FavouriteAdmin(ReadOnly, ModelAdmin):
    """Favourites of users."""

    list_display = ("picture", "asset", "user", "created_at")
    list_display_links = ("asset",)
    list_filter = ("asset__kind", "created_at")
    list_select_related = ("asset__cover", "user")
    search_fields = ("asset__handle", "asset__title", "user__username")
    date_hierarchy = "created_at"

    @display(description="")
    def picture(self, favourite: Favourite) -> SafeString | str:
        return preview(favourite.asset.cover)


@admin.register(SavedView)
class SavedViewAdmin(ModelAdmin):
    """Named searches of users."""

    list_display = ("name", "user", "opens", "created_at")
    list_filter = ("created_at",)
    list_select_related = ("user",)
    search_fields = ("name", "query", "user__username")
    autocomplete_fields = ("user",)
    date_hierarchy = "created_at"

    @display(description=gettext_lazy("search"))
    def opens(self, view: SavedView) -> SafeString:
        url = f"{reverse('library:list')}?{view.query}"
        return format_html('<a href="{}">{}</a>', url, view.query or _("everything"))


def _count(model: type[Model], **filters: OuterRef) -> Coalesce:
    """Count with a subquery, only for the rows of one page; a join would group the whole table first."""
    (name,) = filters
    counted = (
        model._default_manager.filter(**filters).order_by().values(name).annotate(n=Count("pk")).values("n")
    )
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
