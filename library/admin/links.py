"""Which project uses which asset."""

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display

from library.admin.read_only import preview
from library.models import ProjectAsset


class LinkForm(forms.ModelForm):
    """A link keeps to the asset: to its own versions, and to its home when it is kept there."""

    class Meta:
        model = ProjectAsset
        fields = ("project", "asset", "pinned_version")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        asset, version = values.get("asset"), values.get("pinned_version")
        project = values.get("project") or self.instance.project
        if asset and version and version.asset_id != asset.pk:
            self.add_error("pinned_version", f"This is a version of {version.asset}, not of {asset}.")
        if asset and not asset.is_shared and asset.home_project_id != project.pk:
            self.add_error("asset", f"{asset} is kept to {asset.home_project}.")
        return values


class LinkInline(TabularInline):
    model = ProjectAsset
    form = LinkForm
    autocomplete_fields = ("asset", "pinned_version")
    extra = 0


@admin.register(ProjectAsset)
class ProjectAssetAdmin(ModelAdmin):
    """Which project uses which asset, following its latest version or pinned to one."""

    form = LinkForm
    list_display = ("picture", "asset", "project", "pinned_version", "created_at")
    list_display_links = ("asset",)
    list_filter = ("project", ("pinned_version", admin.EmptyFieldListFilter))
    list_select_related = ("asset__cover", "project", "pinned_version__asset")
    search_fields = ("asset__handle", "asset__title", "project__name")
    autocomplete_fields = ("project", "asset", "pinned_version")

    @display(description="")
    def picture(self, link: ProjectAsset) -> SafeString | str:
        return preview(link.asset.cover)
