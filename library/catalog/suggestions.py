"""The handles that are offered while one is typed."""

import re

from django.db.models import F

from library import handles
from library.catalog import filtering
from library.catalog.sorting import Name
from library.catalog.word_search import has_words, matching, newest_first
from library.models import Asset, Project
from library.models.assets import AssetQuerySet
from library.models.projects import AnyUser
from library.usability import Use

_OF_HANDLES = re.compile("[a-z0-9_-]*")
OFFERED = ("handle", "title", "kind", "rights_end_on", "cover__thumbnail_key")
LAST = "{"  # the character behind every one that a handle may have
# A beginning leaves fewer rows to walk than a whole list has, so that looking keys up pays for fewer of them.
FEW = 500


def suggest_handles(
    user: AnyUser, prefix: str, project: Project | None = None, *, usable: Use | int = 0, limit: int = 8
) -> list[Asset]:
    """At most `limit` assets that the user, in this project, may use for what was typed behind the `@`, with their
    covers; with `usable` (bits of `library.usability.Use`) only those that can be used so. The project has to be one
    that the user may see: what can be used in it can then be seen too.

    First those whose handle begins so: the project's own, then the library's, by name. Then the newest in whose
    text every typed word occurs.
    """
    typed = prefix.strip().removeprefix("@").lower()
    seen = Asset.objects.usable_in(project) if project else Asset.objects.visible_to(user)
    seen = seen.active().select_related("cover").only(*OFFERED)
    if usable:
        seen = seen.alias(fit=F("uses").bitand(int(usable))).filter(fit=int(usable))
    named = _beginning(seen, typed)
    found: list[Asset] = []
    may_begin = _OF_HANDLES.fullmatch(typed)
    if project and may_begin:
        found = list(filtering.narrowed(named, [filtering.of_project(project)], few=FEW)[:limit])
    if len(found) < limit and may_begin:
        found += _others(named, found, limit)
    if len(found) < limit and has_words(typed):
        found += _others(newest_first(matching(seen, typed), before=None), found, limit)
    return found


def near_handles(user: AnyUser, handle: str, *, limit: int = 3) -> list[Asset]:
    """A few assets that the user may see and whose handle starts this one, or the other way round."""
    typed = handles.fold(handle)
    starts = [typed[:length] for length in range(handles.MIN_LENGTH, len(typed))]
    seen = Asset.objects.visible_to(user)
    shorter = seen.annotate(name=Name("handle")).filter(name__in=starts).order_by("-name")[:limit]
    longer = _beginning(seen, typed).exclude(handle__iexact=handle)[:limit]
    return [*shorter, *longer][:limit]


def _beginning(seen: AssetQuerySet, typed: str) -> AssetQuerySet:
    named = seen.annotate(name=Name("handle")).order_by("name")
    return named.filter(name__gte=typed, name__lt=typed + LAST) if typed else named


def _others(listed: AssetQuerySet, found: list[Asset], limit: int) -> list[Asset]:
    return list(listed.exclude(pk__in=[asset.pk for asset in found])[: limit - len(found)])
