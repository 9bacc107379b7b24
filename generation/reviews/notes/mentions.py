"""Find the members that `@name` in a note refers to."""

import re
import unicodedata
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db.models import QuerySet

from generation.models import Guest
from library import handles
from library.models import Asset, Project

# The characters of Django usernames, with combining marks. An @ inside a word (an e-mail address) is not a mention.
_MENTION = re.compile(r"(?<![\w@])@([\w.+@\u0300-\u036f-]+)")
# Punctuation that may follow a name in a sentence, but is also allowed in usernames.
_TRAILING = ".+-@"


class Mention(NamedTuple):
    """A case-folded name after an `@`, and its position in the text, including the `@`."""

    name: str
    start: int
    end: int


def find_mentions(text: str) -> list[Mention]:
    """Return every mention; one with trailing punctuation is returned with and, after that, without it."""
    found = []
    for match in _MENTION.finditer(text):
        for name in dict.fromkeys((match[1], match[1].rstrip(_TRAILING))):
            if name:
                found.append(Mention(_fold(name), match.start(), match.start(1) + len(name)))
    return found


def mentioned_members(text: str, project: Project) -> list[User]:
    """Return the members of the project whose usernames are mentioned, compared case-insensitively.

    A name that is also the handle of an asset which the project may use means the asset, as in prompts.
    """
    members = User.objects.filter(memberships__project=project, is_active=True).order_by("pk")
    return _mentioned(text, members, project)


def mentioned_host(text: str, guest: Guest, project: Project) -> list[User]:
    """Return the creator of the guest's link if the text mentions them. No other team members are looked up, so guests
    can neither notify them nor find out who they are."""
    hosts = User.objects.filter(pk=guest.link.created_by_id or 0, is_active=True)
    return _mentioned(text, hosts, project)


def _mentioned(text: str, members: QuerySet[User], project: Project) -> list[User]:
    names = {mention.name for mention in find_mentions(text)}
    if not names:
        return []
    mentioned = [member for member in members if member.username.casefold() in names]
    assets = _handles_among({member.username for member in mentioned}, project)
    return [member for member in mentioned if member.username.casefold() not in assets]


def _fold(name: str) -> str:
    """Normalise as Django does with usernames, and fold the case."""
    return unicodedata.normalize("NFKC", name).casefold()


def _handles_among(names: set[str], project: Project) -> set[str]:
    """Return the case-folded names that are current or former handles of assets which the project may use."""
    possible = {name for name in names if handles.is_handle(name)}
    if not possible:
        return set()
    assets = Asset.objects.usable_in(project).named(*possible).prefetch_related("aliases")
    folded = {handles.fold(name) for asset in assets for name in (asset.handle, *_aliases(asset))}
    return {name.casefold() for name in possible} & folded


def _aliases(asset: Asset) -> list[str]:
    return [alias.name for alias in asset.aliases.all()]
