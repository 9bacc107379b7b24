"""Filters of the list of assets in the admin."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from library import usability
from library.models import Asset
from library.models.rights import ENDING, EXPIRED, NOTICE_DAYS
from library.usability_text import USE_NAMES


class RightsFilter(admin.SimpleListFilter):
    """Filter by the last day of use."""

    title = gettext_lazy("rights")
    parameter_name = "rights"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        soon = ngettext("expire within %(days)d day", "expire within %(days)d days", NOTICE_DAYS)
        return [
            (EXPIRED, _("expired")),
            (ENDING, soon % {"days": NOTICE_DAYS}),
            ("dated", _("have a last day")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Asset]) -> QuerySet[Asset]:
        today = timezone.localdate()
        soon = today + timedelta(days=NOTICE_DAYS)
        conditions: dict[str | None, dict[str, Any]] = {
            EXPIRED: {"rights_end_on__lt": today},
            ENDING: {"rights_end_on__range": (today, soon)},
            "dated": {"rights_end_on__isnull": False},
        }
        return queryset.filter(**conditions.get(self.value(), {}))


class UsableFilter(admin.SimpleListFilter):
    """Filter by the uses of an asset in requests."""

    title = gettext_lazy("usable as")
    parameter_name = "usable"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [(str(use.value), str(name)) for use, name in USE_NAMES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Asset]) -> QuerySet[Asset]:
        wanted = [use.value for use in usability.Use if str(use.value) == self.value()]
        if not wanted:
            return queryset
        return queryset.alias(matched=F("uses").bitand(wanted[0])).filter(matched__gt=0)
