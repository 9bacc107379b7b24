"""Assets in the admin: details can be edited; files, handle and home project only on the library's pages."""

from collections.abc import Callable
from dataclasses import dataclass
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
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
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

MAX_LISTED = 30
RIGHTS_COLOURS = {EXPIRED: "danger", ENDING: "warning"}
STALE = gettext_lazy(
    "This asset has been changed since you opened the form, and nothing was saved. The saved values are shown next to "
    "the fields that you changed. Save again to overwrite them."
)


@dataclass(frozen=True)
class BulkAction:
    """An action on the selected assets, with its texts. `change` returns the number of changed assets."""

    verb: str
    log_message: str
    change: Callable[[list[Asset]], int]
    nothing: Promise
    question: Callable[[int], str]
    done: Callable[[int], str]


def _archive_question(count: int) -> str:
    return ngettext("Archive %(count)d asset?", "Archive %(count)d assets?", count) % {"count": count}


def _archived_text(count: int) -> str:
    return ngettext("%(count)d asset archived.", "%(count)d assets archived.", count) % {"count": count}


def _restore_question(count: int) -> str:
    return ngettext("Restore %(count)d asset?", "Restore %(count)d assets?", count) % {"count": count}


def _restored_text(count: int) -> str:
    return ngettext("%(count)d asset restored.", "%(count)d assets restored.", count) % {"count": count}


ARCHIVE = BulkAction(
    verb="archive",
    log_message="Archived.",
    change=archive_many,
    nothing=gettext_lazy("All selected assets are already archived."),
    question=_archive_question,
    done=_archived_text,
)
RESTORE = BulkAction(
    verb="restore",
    log_message="Restored.",
    change=restore_many,
    nothing=gettext_lazy("None of the selected assets is archived."),
    question=_restore_question,
    done=_restored_text,
)


class AssetForm(forms.ModelForm):
    """The details of an asset, with the user and the revision that was edited.

    If it has been saved in the meantime, both versions are shown.
    """

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
        # The lock prevents other edits until this one is saved.
        saved = (
            Asset.objects.select_for_update().filter(pk=self.instance.pk).values_list("revision", flat=True)
        )
        if opened != saved.get():
            raise ValidationError(STALE)
        return opened

    def clean_tags(self) -> list[str]:
        # In lower case, as the library's pages store them.
        return list(dict.fromkeys(tag.lower() for tag in self.cleaned_data["tags"]))

    def clean_rights_end_on(self) -> date | None:
        last_day: date | None = self.cleaned_data["rights_end_on"]
        try:
            check_last_day(self.instance, last_day=last_day, by=self.user)
        except OwnerNeeded as refusal:
            raise ValidationError(str(refusal)) from refusal
        return last_day

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if self.has_error("revision"):
            self.add_error(None, self.errors["revision"][0])
            self._show_saved_values()
        return values

    def _show_saved_values(self) -> None:
        """Show the saved value of each changed field, and make the next submission overwrite it."""
        for name in self.changed_data:
            if name != "revision":
                saved = _("Saved value: %(value)s") % {"value": _display(self.initial.get(name))}
                self.add_error(name, saved)
        self.data = self.data.copy()  # type: ignore[attr-defined]
        self.data[self.add_prefix("revision")] = str(self.instance.revision)  # type: ignore[index]


def _display(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return ", ".join(sorted(map(str, value))) if isinstance(value, list) else str(value or _("none"))


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
    """Assets. They can be archived here, but only be deleted on their page."""

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
    actions = ("archive_selected", "restore_selected")

    @display(description="")
    def picture(self, asset: Asset) -> SafeString | str:
        return preview(asset.cover)

    @display(description=gettext_lazy("rights"), ordering="rights_end_on", label=RIGHTS_COLOURS)
    def rights(self, asset: Asset) -> tuple[str, str] | str:
        return (asset.rights_state, asset.rights_notice) if asset.rights_notice else ""

    @display(description=gettext_lazy("usable as"))
    def usable(self, asset: Asset) -> str:
        return asset.current_version.usability_text if asset.current_version else _("no files yet")

    def get_form(
        self, request: HttpRequest, obj: Asset | None = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm]:
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"user": request.user})

    def has_add_permission(self, request: HttpRequest) -> bool:
        # Assets need files, so they are created on the library's pages.
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Asset | None = None) -> bool:
        return False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Asset], search_term: str
    ) -> tuple[QuerySet[Asset], bool]:
        # The library's search uses an index, unlike Django's.
        return matching(queryset, search_term), False  # type: ignore[arg-type]

    def save_model(self, request: HttpRequest, obj: Asset, form: Any, change: bool) -> None:
        # Only the fields of the form, so that a concurrent change of handle or version is not overwritten.
        columns = {field.name for field in Asset._meta.concrete_fields} - {"revision"}
        obj.save(update_fields=columns & form.cleaned_data.keys())

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        Asset.objects.filter(pk=form.instance.pk).update(
            revision=F("revision") + 1, updated_at=timezone.now()
        )
        write_uses(form.instance)
        refresh_search(form.instance)

    @admin.action(description=gettext_lazy("Archive the selected assets"), permissions=["change"])
    def archive_selected(self, request: HttpRequest, queryset: QuerySet[Asset]) -> HttpResponse | None:
        return self._change_many(request, queryset.filter(archived_at=None), ARCHIVE)

    @admin.action(description=gettext_lazy("Restore the selected assets"), permissions=["change"])
    def restore_selected(self, request: HttpRequest, queryset: QuerySet[Asset]) -> HttpResponse | None:
        return self._change_many(request, queryset.exclude(archived_at=None), RESTORE)

    def _change_many(
        self, request: HttpRequest, selected: QuerySet[Asset], action: BulkAction
    ) -> HttpResponse | None:
        """Require confirmation, then change the assets if their number is still the confirmed one."""
        count = selected.count()
        if not count:
            self.message_user(request, str(action.nothing), messages.WARNING)
            return None
        if request.POST.get("confirmed_count") != str(count):
            return self._confirm(request, selected, count, action)
        with transaction.atomic():
            assets = list(selected.order_by("pk"))
            action.change(assets)
            LogEntry.objects.log_actions(request.user.pk or 0, assets, CHANGE, action.log_message)
        self.message_user(request, action.done(count), messages.SUCCESS)
        return None

    def _confirm(
        self, request: HttpRequest, selected: QuerySet[Asset], count: int, action: BulkAction
    ) -> TemplateResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": action.question(count),
            "opts": self.opts,
            "verb": action.verb,
            "count": count,
            "listed": selected.order_by("pk")[:MAX_LISTED],
            "more": max(count - MAX_LISTED, 0),
            "action": request.POST["action"],
            "select_across": request.POST.get("select_across", "0"),
            "selected": request.POST.getlist(ACTION_CHECKBOX_NAME),
            "action_checkbox_name": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/library/asset/confirm.html", context)
