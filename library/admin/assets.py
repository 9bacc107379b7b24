"""Assets: what is said about them is edited here; files, handle and home on the library's own pages."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display
from unfold.widgets import INPUT_CLASSES

from library.admin.filters import RightsFilter, UsableFilter
from library.admin.read_only import ReadOnly, preview
from library.catalog.word_search import matching
from library.ingest.assets import write_uses
from library.ingest.bulk import archive_many, restore_many
from library.ingest.rights import OwnerNeeded, check_last_day
from library.models import Asset, AssetVersion
from library.models.rights import ENDING, EXPIRED
from library.models.search import refresh_search

SHOWN = 30
RIGHTS_COLOURS = {EXPIRED: "danger", ENDING: "warning"}


STALE = "Somebody saved it since this form was opened, and nothing was overwritten. "
CHOOSE = "What is saved now stands beside each field that differs: save once more to put yours in its place."


class AssetForm(forms.ModelForm):
    """What is said about an asset, with the revision from which it was edited and the person who edits it. When it was
    saved meanwhile, both texts are shown."""

    user: User

    class Meta:
        model = Asset
        fields = ("revision",)
        widgets = {"revision": forms.HiddenInput}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if tags := self.fields.get("tags"):
            tags.widget.attrs["class"] = " ".join(INPUT_CLASSES)

    def clean_revision(self) -> int:
        opened: int = self.cleaned_data["revision"]
        # The lock keeps other edits out until this one is saved.
        saved = (
            Asset.objects.select_for_update().filter(pk=self.instance.pk).values_list("revision", flat=True)
        )
        if opened != saved.get():
            raise ValidationError(STALE + CHOOSE)
        return opened

    def clean_tags(self) -> list[str]:
        # As the library's own pages write them: a list is narrowed by a tag whatever its case.
        return list(dict.fromkeys(tag.lower() for tag in self.cleaned_data["tags"]))

    def clean_rights_end_on(self) -> date | None:
        wished: date | None = self.cleaned_data["rights_end_on"]
        try:
            check_last_day(self.instance, last_day=wished, by=self.user)
        except OwnerNeeded as refusal:
            raise ValidationError(str(refusal)) from refusal
        return wished

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if self.has_error("revision"):
            self.add_error(None, self.errors["revision"][0])
            self._tell_saved()
        return values

    def _tell_saved(self) -> None:
        """Says beside each field what is saved now, and lets the next press of the button save what was typed."""
        for name in self.changed_data:
            if name != "revision":
                self.add_error(name, f"Saved now: {_shown(self.initial.get(name))}")
        self.data = self.data.copy()  # type: ignore[attr-defined]
        self.data[self.add_prefix("revision")] = str(self.instance.revision)  # type: ignore[index]


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(sorted(map(str, value))) if isinstance(value, list) else f"{value or 'nothing'}"


class VersionInline(ReadOnly, TabularInline):
    model = AssetVersion
    fk_name = "asset"
    fields = ("number", "note", "created_by", "created_at")
    readonly_fields = fields
    show_change_link = True
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[AssetVersion]:
        return super().get_queryset(request).select_related("asset", "created_by")


@admin.register(Asset)
class AssetAdmin(ModelAdmin):
    """Assets. Nothing is deleted from here: in use they are archived, unused they are deleted on their page."""

    form = AssetForm
    list_display = (
        "picture",
        "handle",
        "title",
        "kind",
        "home_project",
        "is_shared",
        "rights",
        "use_count",
        "last_used_at",
        "created_by",
        "created_at",
    )
    list_display_links = ("handle",)
    list_filter = (
        "kind",
        UsableFilter,
        RightsFilter,
        "is_shared",
        ("archived_at", admin.EmptyFieldListFilter),
        "home_project",
        "created_at",
    )
    list_select_related = ("cover", "home_project", "created_by")
    search_fields = ("handle", "title", "description", "tags__name")
    show_full_result_count = False
    readonly_fields = (
        "picture",
        "handle",
        "kind",
        "home_project",
        "is_shared",
        "archived_at",
        "usable",
        "current_version",
        "use_count",
        "last_used_at",
        "created_by",
        "created_at",
        "updated_at",
    )
    fields = (
        ("picture", "handle", "kind"),
        ("title", "tags"),
        "description",
        ("is_grid", "usable"),
        ("licence", "source"),
        "rights_end_on",
        "consent_note",
        ("home_project", "is_shared", "archived_at"),
        ("current_version", "use_count", "last_used_at"),
        ("created_by", "created_at", "updated_at"),
        "revision",
    )
    date_hierarchy = "created_at"
    inlines = (VersionInline,)
    actions = ("archive_chosen", "restore_chosen")

    @display(description="")
    def picture(self, asset: Asset) -> SafeString | str:
        return preview(asset.cover)

    @display(description="rights", ordering="rights_end_on", label=RIGHTS_COLOURS)
    def rights(self, asset: Asset) -> tuple[str, str] | str:
        return (asset.rights_state, asset.rights_told) if asset.rights_told else ""

    @display(description="usable as")
    def usable(self, asset: Asset) -> str:
        return asset.current_version.usability.mark if asset.current_version else "no files yet"

    def get_form(
        self, request: HttpRequest, obj: Asset | None = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm]:
        made = super().get_form(request, obj, change, **kwargs)
        return type(made.__name__, (made,), {"user": request.user})

    def has_add_permission(self, request: HttpRequest) -> bool:
        # An asset without files is of no use: they are made on the library's page.
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Asset | None = None) -> bool:
        return False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Asset], search_term: str
    ) -> tuple[QuerySet[Asset], bool]:
        # The library's own search stands on an index, which Django's does not.
        return matching(queryset, search_term), False  # type: ignore[arg-type]

    def save_model(self, request: HttpRequest, obj: Asset, form: Any, change: bool) -> None:
        # Only what the form shows: a handle or a version that came meanwhile is not written over.
        columns = {field.name for field in Asset._meta.concrete_fields} - {"revision"}
        obj.save(update_fields=columns & form.cleaned_data.keys())

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        Asset.objects.filter(pk=form.instance.pk).update(
            revision=F("revision") + 1, updated_at=timezone.now()
        )
        write_uses(form.instance)
        refresh_search(form.instance)

    @admin.action(description="Archive the chosen assets", permissions=["change"])
    def archive_chosen(self, request: HttpRequest, queryset: QuerySet[Asset]) -> HttpResponse | None:
        return self._change_many(request, queryset.filter(archived_at=None), "archive", archive_many)

    @admin.action(description="Restore the chosen assets", permissions=["change"])
    def restore_chosen(self, request: HttpRequest, queryset: QuerySet[Asset]) -> HttpResponse | None:
        return self._change_many(request, queryset.exclude(archived_at=None), "restore", restore_many)

    def _change_many(
        self, request: HttpRequest, chosen: QuerySet[Asset], verb: str, change: Callable[[list[Asset]], int]
    ) -> HttpResponse | None:
        """Asks once, naming the count; does it when just that many were agreed to, else asks again."""
        count = chosen.count()
        if not count:
            self.message_user(request, f"There is nothing to {verb} among them.", messages.WARNING)
            return None
        if request.POST.get("agreed") != str(count):
            return self._ask(request, chosen, count, verb)
        with transaction.atomic():
            assets = list(chosen.order_by("pk"))
            change(assets)
            LogEntry.objects.log_actions(request.user.pk or 0, assets, CHANGE, f"{verb.capitalize()}d.")
        self.message_user(request, f"{count} asset{'s' if count > 1 else ''} {verb}d.", messages.SUCCESS)
        return None

    def _ask(self, request: HttpRequest, chosen: QuerySet[Asset], count: int, verb: str) -> TemplateResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": f"{verb.capitalize()} {count} asset{'s' if count > 1 else ''}?",
            "opts": self.opts,
            "verb": verb,
            "count": count,
            "first": chosen.order_by("pk")[:SHOWN],
            "more": max(count - SHOWN, 0),
            "action": request.POST["action"],
            "select_across": request.POST.get("select_across", "0"),
            "chosen": request.POST.getlist(ACTION_CHECKBOX_NAME),
            "action_checkbox_name": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/library/asset/confirm.html", context)
