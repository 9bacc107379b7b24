"""Context of every template: the navigation and the counts of the top bar."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Exists, IntegerField, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from generation import lifecycle
from generation.lifecycle.queue.pause import gateway_pauses
from generation.models import GatewayState
from generation.views.account import inbox
from generation.views.jobs import held


@dataclass(frozen=True)
class Section:
    """A section of the site, linked in the top bar; `icon` is the name of a symbol in `icons.svg`.

    Pages whose URL name begins with one of `prefixes` belong to it.
    """

    label: Promise
    icon: str
    url_name: str
    prefixes: tuple[str, ...] = ()

    def contains(self, url_name: str) -> bool:
        """Return whether the page belongs to this section."""
        return url_name == self.url_name or (bool(self.prefixes) and url_name.startswith(self.prefixes))


SECTIONS = (
    Section(_("Home"), "home", "generation:home"),
    Section(
        _("Library"),
        "library",
        "library:list",
        ("library:", "generation:where_used", "generation:rename", "generation:continuity"),
    ),
    Section(
        _("Projects"),
        "projects",
        "generation:projects",
        ("generation:project", "generation:composer", "generation:shot_table", "generation:share_links"),
    ),
    Section(_("Jobs"), "jobs", "generation:jobs", ("generation:job", "generation:batch", "generation:held")),
    Section(
        _("Takes"),
        "takes",
        "generation:takes",
        (
            "generation:take",
            "generation:compare",
            "generation:history",
            "generation:note",
            "generation:playlist",
            "generation:promote",
            "generation:scoreboard",
            "generation:still",
            "generation:verdict",
        ),
    ),
)


@dataclass(frozen=True)
class NavigationLink:
    """A link of the top bar."""

    label: str
    icon: str
    url: str
    is_current: bool


def top_bar(request: HttpRequest) -> dict[str, Any]:
    """Return values and callables; the database is queried only if a template uses one of the counts."""
    counts = TopBarCounts(request)
    links: Callable[[], list[NavigationLink]] = partial(_navigation, request)
    return {
        "navigation": links,
        "provider_is_sandbox": settings.PROVIDER_IS_SANDBOX,
        "gateway_pause": counts.pause,
        "held_count": counts.held,
        "unread_count": counts.unread,
    }


class CountRows(Subquery):
    """The number of rows of a query."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


class TopBarCounts:
    """The counts of the top bar, read in one query when the first of them is used."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    def held(self) -> int:
        """Return the number of jobs that need a decision by the user, at most `held.MAX_COUNTED`."""
        return self._counts[0]

    def unread(self) -> int:
        """Return the number of unread notifications, at most `inbox.MOST_COUNTED`."""
        return self._counts[2]

    def pause(self) -> GatewayState | None:
        """Return the current pause of the gateway, if any."""
        return lifecycle.gateway_pause() if self._counts[1] else None

    @cached_property
    def _counts(self) -> tuple[int, bool, int]:
        user = self._request.user
        if not user.is_authenticated:
            return 0, False, 0
        counts = User.objects.filter(pk=user.pk).values_list(
            CountRows(held.some_to_decide(user)),
            Exists(gateway_pauses()),
            CountRows(inbox.unread_keys(user)),
        )
        return counts.first() or (0, False, 0)


def _navigation(request: HttpRequest) -> list[NavigationLink]:
    match = getattr(request, "resolver_match", None)
    url_name = match.view_name if match else ""
    return [
        NavigationLink(
            str(section.label), section.icon, reverse(section.url_name), section.contains(url_name)
        )
        for section in SECTIONS
    ]
