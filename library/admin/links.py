"""Links from projects to assets in the admin."""

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display

from library.admin.read_only import preview
from library.models import ProjectAsset


class LinkForm(forms.ModelForm):
    """A link to an asset, pinned only to its own versions; a restricted asset only from its home project."""

    class Meta:
        model = ProjectAsset
        fields = ("project", "asset", "pinned_version")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        asset, version = values.get("asset"), values.get("pinned_version")
        project = values.get("project") or self.instance.project
        if asset and version and version.asset_id != asset.pk:
            wrong = _("This is a version of %(other)s, not of %(asset)s.")
            self.add_error("pinned_version", wrong % {"other": version.asset, "asset": asset})
        if asset and not asset.is_shared and asset.home_project_id != project.pk:
            restricted = _("%(asset)s is restricted to %(project)s.")
            self.add_error("asset", restricted % {"asset": asset, "project": asset.home_project})
        return values


class LinkInline(TabularInline):
    model = ProjectAsset
    form = LinkForm
    autocomplete_fields = ("asset", "pinned_version")
    extra = 0


@admin.register(ProjectAsset)
class ProjectAssetAdmin(ModelAdmin):
    """Links from projects to assets, which follow the latest version or are pinned to one."""

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
