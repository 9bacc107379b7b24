"""Who is meant by `@name` in a note."""

import re

from django.contrib.auth.models import User

from library import handles
from library.models import Asset, Project

# What Django lets a username consist of; an @ inside a word (an e-mail address) names nobody.
_NAMED = re.compile(r"(?<![\w@.+-])@([\w.+@-]+)")
# What a sentence may put behind a name, and a username may hold as well.
_CLOSING = ".+-@"


def names_in(text: str) -> list[tuple[str, int]]:
    """Every name behind an `@`, folded, and where that stands; one that ends a sentence with and without its stop."""
    found = [(match[1].casefold(), match.start()) for match in _NAMED.finditer(text)]
    shorter = [(name.rstrip(_CLOSING), at) for name, at in found]
    return [*found, *((name, at) for name, at in shorter if name and (name, at) not in found)]


def people_in(text: str, project: Project) -> list[User]:
    """The members of the project whose usernames stand in the text as whole words, whatever the case.

    A name that is also the handle of an asset which the project may use means the asset, as it does in prompts.
    """
    names = {name for name, _ in names_in(text)}
    if not names:
        return []
    members = User.objects.filter(memberships__project=project, is_active=True).order_by("pk")
    named = [person for person in members if person.username.casefold() in names]
    assets = _handles_among({person.username for person in named}, project)
    return [person for person in named if person.username.casefold() not in assets]


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
