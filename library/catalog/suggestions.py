"""Suggest handles while one is being typed."""

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

_HANDLE_CHARACTERS = re.compile("[a-z0-9_-]*")
SUGGESTION_FIELDS = ("handle", "title", "kind", "rights_end_on", "cover__thumbnail_key")
UPPER_BOUND = "{"  # sorts after every character of a handle
# A prefix leaves fewer rows to scan than a whole list, so that looking up keys is worthwhile only for fewer of them.
SMALL = 500


def suggest_handles(
    user: AnyUser, prefix: str, project: Project | None = None, *, usable: Use | int = 0, limit: int = 8
) -> list[Asset]:
    """Return up to `limit` assets, with their covers, for the text typed after an `@`.

    With a project, which the user must be allowed to see, they can be used in that project. `usable` are bits of
    `library.usability.Use`. Assets whose handle starts with the text come first, by name, those of the project before
    others; then the newest that contain every word.
    """
    typed = prefix.strip().removeprefix("@").lower()
    usable_assets = Asset.objects.usable_in(project) if project else Asset.objects.visible_to(user)
    found_assets = usable_assets.active().select_related("cover").only(*SUGGESTION_FIELDS)
    if usable:
        found_assets = found_assets.alias(matched=F("uses").bitand(int(usable))).filter(matched=int(usable))
    named = _with_prefix(found_assets, typed)
    found: list[Asset] = []
    is_prefix = _HANDLE_CHARACTERS.fullmatch(typed)
    if project and is_prefix:
        found = list(filtering.apply(named, [filtering.of_project(project)], small=SMALL)[:limit])
    if len(found) < limit and is_prefix:
        found += _others(named, found, limit)
    if len(found) < limit and has_words(typed):
        found += _others(newest_first(matching(found_assets, typed), before=None), found, limit)
    return found


def prefix_handles(user: AnyUser, handle: str, *, limit: int = 3) -> list[Asset]:
    """Return a few visible assets whose handle is a prefix of this one, or the other way round."""
    typed = handles.fold(handle)
    starts = [typed[:length] for length in range(handles.MIN_LENGTH, len(typed))]
    visible = Asset.objects.visible_to(user)
    shorter = visible.annotate(name=Name("handle")).filter(name__in=starts).order_by("-name")[:limit]
    longer = _with_prefix(visible, typed).exclude(handle__iexact=handle)[:limit]
    return [*shorter, *longer][:limit]


def _with_prefix(found: AssetQuerySet, typed: str) -> AssetQuerySet:
    named = found.annotate(name=Name("handle")).order_by("name")
    return named.filter(name__gte=typed, name__lt=typed + UPPER_BOUND) if typed else named


def _others(listed: AssetQuerySet, found: list[Asset], limit: int) -> list[Asset]:
    return list(listed.exclude(pk__in=[asset.pk for asset in found])[: limit - len(found)])
