"""What the list of assets is narrowed to."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from library import usability
from library.models import Asset
from library.models.rights import ENDING, EXPIRED, NOTICE_DAYS


class RightsFilter(admin.SimpleListFilter):
    """By the last day on which an asset may be used."""

    title = "rights"
    parameter_name = "rights"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [(EXPIRED, "ended"), (ENDING, f"end within {NOTICE_DAYS} days"), ("dated", "have an end")]

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
    """By what a request can carry an asset as."""

    title = "usable as"
    parameter_name = "usable"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [(str(use.value), name) for use, name in usability.NAMES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Asset]) -> QuerySet[Asset]:
        wanted = [use.value for use in usability.Use if str(use.value) == self.value()]
        if not wanted:
            return queryset
        return queryset.alias(fitting=F("uses").bitand(wanted[0])).filter(fitting__gt=0)
