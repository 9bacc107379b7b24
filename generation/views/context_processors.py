"""What every page has around it: the top bar's facts, the log-in, the answer to a stale form."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView
from django.db import connection
from django.db.models import Exists, IntegerField, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import has_vary_header, patch_cache_control
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from generation import lifecycle
from generation.models import GatewayState
from generation.views.account import inbox
from generation.views.jobs import held
from generation.views.shared.access import Request, came_from, staff_only

PLACES = {
    "Home": ("generation:home", ()),
    "Library": (
        "library:list",
        ("library:", "generation:where_used", "generation:rename", "generation:continuity"),
    ),
    "Projects": (
        "generation:projects",
        ("generation:project", "generation:composer", "generation:shot_table", "generation:share_links"),
    ),
    "Jobs": ("generation:jobs", ("generation:job", "generation:batch", "generation:held")),
    "Takes": (
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
}
ANYBODY = -1
NOT_TYPED = ("csrfmiddlewaretoken", "form_key", "next", "parent", "choice")


@dataclass(frozen=True)
class Place:
    """One of the five places of the top bar."""

    label: str
    url: str
    is_current: bool

    @property
    def icon(self) -> str:
        """The symbol's name in `icons.svg`."""
        return self.label.lower()


def workplace(request: HttpRequest) -> dict[str, Any]:
    """Context for every template. Nothing is asked of the database unless a template uses it."""
    standing = Standing(request)
    return {
        "places": partial(_places, request),
        "provider_is_sandbox": settings.PROVIDER_IS_SANDBOX,
        "gateway_pause": standing.pause,
        "held_count": standing.held,
        "unread_count": standing.unread,
    }


class Counted(Subquery):
    """How many rows a query has."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


class Standing:
    """What the top of each page tells of the queue, by one question for all of it."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    def held(self) -> int:
        """How many jobs wait for a decision of this user, counted to `held.MAX_COUNTED`."""
        return self._told[0]

    def unread(self) -> int:
        """How much in this user's inbox is unread, counted to `inbox.MOST_COUNTED`."""
        return self._told[2]

    def pause(self) -> GatewayState | None:
        """Why nothing is sent to the provider at present, if that is so."""
        return gateway_pause() if self._told[1] else None

    @cached_property
    def _told(self) -> tuple[int, bool, int]:
        user = self._request.user
        if not user.is_authenticated:
            return 0, False, 0
        sql, values = _question(bool(user.is_superuser), settings.SKYREELS_BASE_URL)
        with connection.cursor() as cursor:
            cursor.execute(sql, [user.pk if value == ANYBODY else value for value in values])
            to_decide, is_paused, unread = cursor.fetchone()
        return to_decide, bool(is_paused), unread


@lru_cache(maxsize=8)
def _question(is_superuser: bool, base_url: str) -> tuple[str, tuple[Any, ...]]:
    """The SQL of that question and its values, with `ANYBODY` for the user's key. Every page asks it, and Django takes
    ten times as long to put it together as the database to answer, so that is done once."""
    user = User(pk=ANYBODY, is_superuser=is_superuser)
    to_decide, unread = Counted(held.some_to_decide(user)), Counted(inbox.unread_keys(user))
    asked = User.objects.filter(pk=user.pk).values_list(to_decide, Exists(_paused(base_url)), unread)
    sql, values = asked.query.sql_with_params()
    return sql, tuple(values)


def gateway_pause() -> GatewayState | None:
    """Why nothing is sent to the provider at present, if that is so."""
    return _paused(settings.SKYREELS_BASE_URL).first()


def _paused(base_url: str) -> QuerySet[GatewayState]:
    return GatewayState.objects.filter(base_url=base_url, paused_at__isnull=False)


@method_decorator(login_not_required, name="dispatch")
class LogIn(LoginView):
    """The log-in page. A live fragment whose session has ended sends the whole page here instead of showing a
    log-in form inside itself."""

    http_method_names = ["get", "head", "post", "options"]

    def dispatch(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        if request.htmx and request.method == "GET":
            here = request.htmx.current_url_abs_path or reverse("generation:home")
            return HttpResponseClientRedirect(f"{reverse('login')}?{urlencode({'next': here})}")
        return super().dispatch(request, *args, **kwargs)


def keep_private(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Tells browsers and proxies that what depends on who is logged in is for nobody else, and is asked for again
    before it is shown again: after a log-out nothing of it is left to be read. Stands before the sessions'
    middleware, whose `Vary` says which answers those are."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if has_vary_header(response, "Cookie") and not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_cache=True)
        return response

    return answer


class KeepTyped(LoginRequiredMiddleware):
    """Closes every page to those who are not logged in. A form whose sender's session has ended is not answered by
    a redirect, which would lose what was typed, but as a stale one; a script's check (403) leaves the page alone."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponse:  # type: ignore[override]
        if request.method == "POST" and (_typed(request) or request.FILES):
            return stale_form(request)
        return super().handle_no_permission(request, view_func)


@requires_csrf_token
def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The answer to a form that cannot be told from a forged one: what was typed is shown, never acted on."""
    context = {
        "typed": _typed(request),
        "files": [file.name for files in dict(request.FILES.lists()).values() for file in files],
        "back": came_from(request, otherwise=request.path),
    }
    # A guest is shown nothing of the app.
    template = "generation/guests/stale_form.html" if request.path.startswith("/s/") else "stale_form.html"
    return render(request, template, context, status=403)


@require_POST
def gateway_resume(request: Request) -> HttpResponse:
    """An administrator has mended the key or the balance: send again."""
    staff_only(request)
    lifecycle.resume_gateway(by=request.user)
    return redirect(came_from(request, otherwise=reverse("generation:jobs")))


def _places(request: HttpRequest) -> list[Place]:
    match = getattr(request, "resolver_match", None)
    here = match.view_name if match else ""
    return [
        Place(label, reverse(name), here == name or (bool(starts) and here.startswith(starts)))
        for label, (name, starts) in PLACES.items()
    ]


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    """What the sender of a form wrote or chose: (name of the field, value)."""
    return [
        (name.replace("_", " ").capitalize(), value)
        for name, values in request.POST.lists()
        if name not in NOT_TYPED and "password" not in name
        for value in values
        if value.strip()
    ]
