"""The log of changes made in the admin."""

from django.contrib import admin
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from library.admin.read_only import ReadOnly

ACTIONS = {ADDITION: _("added"), CHANGE: _("changed"), DELETION: _("deleted")}


@admin.register(LogEntry)
class HistoryAdmin(ReadOnly, ModelAdmin):
    """Log entries of the admin, read-only."""

    list_display = ("action_time", "user", "action", "content_type", "target", "message")
    list_filter = ("action_flag", ("content_type", admin.RelatedOnlyFieldListFilter), "action_time")
    list_select_related = ("user", "content_type")
    search_fields = ("object_repr", "change_message", "user__username")
    date_hierarchy = "action_time"

    @display(description=_("action"), ordering="action_flag")
    def action(self, entry: LogEntry) -> str:
        return str(ACTIONS[entry.action_flag])

    @display(description=_("object"), ordering="object_repr")
    def target(self, entry: LogEntry) -> SafeString | str:
        url = None if entry.is_deletion() else entry.get_admin_url()
        return format_html('<a href="{}">{}</a>', url, entry.object_repr) if url else entry.object_repr

    @display(description=_("message"))
    def message(self, entry: LogEntry) -> str:
        return entry.get_change_message()
