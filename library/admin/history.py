"""Who changed what from the admin, over all tables."""

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.decorators import display

from library.admin.read_only import ReadOnly

KINDS = {1: "added", 2: "changed", 3: "deleted"}


@admin.register(LogEntry)
class HistoryAdmin(ReadOnly, ModelAdmin):
    """The admin's own diary."""

    list_display = ("action_time", "user", "done", "content_type", "what", "said")
    list_filter = ("action_flag", ("content_type", admin.RelatedOnlyFieldListFilter), "action_time")
    list_select_related = ("user", "content_type")
    search_fields = ("object_repr", "change_message", "user__username")
    date_hierarchy = "action_time"

    @display(description="done", ordering="action_flag")
    def done(self, entry: LogEntry) -> str:
        return KINDS[entry.action_flag]

    @display(description="what", ordering="object_repr")
    def what(self, entry: LogEntry) -> SafeString | str:
        address = None if entry.is_deletion() else entry.get_admin_url()
        return (
            format_html('<a href="{}">{}</a>', address, entry.object_repr) if address else entry.object_repr
        )

    @display(description="said")
    def said(self, entry: LogEntry) -> str:
        return entry.get_change_message()
