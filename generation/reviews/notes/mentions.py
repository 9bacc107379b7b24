"""Who is meant by `@name` in a note."""

import re
import unicodedata
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db.models import QuerySet

from generation.models import Guest
from library import handles
from library.models import Asset, Project

# What Django lets a username consist of, with marks that stand apart from their letters; an @ inside a word (an e-mail
# address) names nobody.
_NAMED = re.compile(r"(?<![\w@])@([\w.+@\u0300-\u036f-]+)")
# What a sentence may put behind a name, and a username may hold as well.
_CLOSING = ".+-@"


class Named(NamedTuple):
    """A name behind an `@`, folded, and where that stands in the text, from the `@` on."""

    name: str
    start: int
    end: int


def names_in(text: str) -> list[Named]:
    """Every name behind an `@`; one that ends a sentence with and, after that, without its stop."""
    found = []
    for match in _NAMED.finditer(text):
        for written in dict.fromkeys((match[1], match[1].rstrip(_CLOSING))):
            if written:
                found.append(Named(_fold(written), match.start(), match.start(1) + len(written)))
    return found


def people_in(text: str, project: Project) -> list[User]:
    """The members of the project whose usernames stand in the text as whole words, whatever the case.

    A name that is also the handle of an asset which the project may use means the asset, as it does in prompts.
    """
    members = User.objects.filter(memberships__project=project, is_active=True).order_by("pk")
    return _named_in(text, members, project)


def host_in(text: str, guest: Guest, project: Project) -> list[User]:
    """Return the creator of the guest's link if the text mentions them. No other team members are looked up, so guests
    can neither notify them nor find out who they are."""
    hosts = User.objects.filter(pk=guest.link.created_by_id or 0, is_active=True)
    return _named_in(text, hosts, project)


def _named_in(text: str, members: QuerySet[User], project: Project) -> list[User]:
    names = {one.name for one in names_in(text)}
    if not names:
        return []
    named = [person for person in members if person.username.casefold() in names]
    assets = _handles_among({person.username for person in named}, project)
    return [person for person in named if person.username.casefold() not in assets]


def _fold(name: str) -> str:
    """As Django keeps usernames, whatever the case."""
    return unicodedata.normalize("NFKC", name).casefold()


def _handles_among(names: set[str], project: Project) -> set[str]:
    """Those names, folded, that are or were handles of assets which the project may use."""
    known = {name for name in names if handles.is_handle(name)}
    if not known:
        return set()
    found = Asset.objects.usable_in(project).named(*known).prefetch_related("aliases")
    said = {handles.fold(name) for asset in found for name in (asset.handle, *_earlier(asset))}
    return {name.casefold() for name in known} & said


def _earlier(asset: Asset) -> list[str]:
    return [alias.name for alias in asset.aliases.all()]
