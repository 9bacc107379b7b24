"""Add takes to a playlist, new or existing: the selected ones or all results of a search."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from generation.forms.playlists import PlaylistForm
from generation.models import Playlist, Take
from generation.reviews.playlists import playlists
from generation.reviews.playlists.playlists import CannotChangePlaylist
from generation.reviews.reports.take_search import in_shot_order, search
from generation.views.shared.access import Request, came_from, playlist_to_edit, uuid_in
from generation.views.takes.take_search import search_fields, search_of
from library.models import Project

PREVIEW_SIZE, MAX_OFFERED = 12, 50


@require_http_methods(["GET", "HEAD", "POST"])
def playlist_new(request: Request) -> HttpResponse:
    """Create a playlist of the selected takes, or else of all results of a search."""
    data = request.POST if request.method == "POST" else request.GET
    form = PlaylistForm(
        request.POST if request.method == "POST" else None,
        user=request.user,
        initial={"home": data.get("project"), "name": _default_name(data)},
    )
    if request.method == "POST" and form.is_valid() and (made := _created(request, form)):
        return redirect(made)
    can_create = projects_for_playlists(request).exists()
    context = _preview(request, data) | {"form": form, "can_create": can_create}
    status = 422 if request.method == "POST" else 200
    return render(request, "generation/playlists/playlist_new.html", context, status=status)


@require_POST
def playlist_add(request: Request) -> HttpResponse:
    """Add takes to an existing playlist; without one, redirect to the form for a new one."""
    takes = _requested(request, request.POST)
    back = came_from(request, otherwise=reverse("generation:takes"))
    if not request.POST.get("playlist"):
        return redirect(f"{reverse('generation:playlist_new')}?{_selection_query(request.POST)}")
    if (uuid := uuid_in(request.POST["playlist"])) is None:
        raise Http404
    playlist = playlist_to_edit(request, uuid)
    try:
        added = playlists.add(playlist, takes, by=request.user)
    except CannotChangePlaylist as error:
        messages.error(request, str(error))
    else:
        _report(request, playlist, requested=len(takes), added=added)
    return redirect(back)


def offered_playlists(request: Request) -> QuerySet[Playlist]:
    """Return the playlists to which the user may add takes, newest first."""
    return Playlist.objects.editable_by(request.user).select_related("project")[:MAX_OFFERED]


def projects_for_playlists(request: Request) -> QuerySet[Project]:
    """Return the projects in which the user may create a playlist."""
    return Project.objects.commented_by(request.user)


def _default_name(data: QueryDict) -> str:
    """Return a name for a playlist of recent takes; others are named by the user."""
    if not search_of(data).since:
        return ""
    return _("Dailies %(date)s") % {"date": date_format(timezone.localdate(), "MONTH_DAY_FORMAT")}


def _created(request: Request, form: PlaylistForm) -> Playlist | None:
    """Return the new playlist, or None with an error on the form."""
    values = form.cleaned_data
    takes = _requested(request, request.POST)
    if not takes:
        form.add_error(None, _("No takes selected. Search for takes, or select some on the Takes page."))
        return None
    try:
        return playlists.create(by=request.user, project=values["home"], name=values["name"], takes=takes)
    except CannotChangePlaylist as error:
        form.add_error(error.field or None, str(error))
        return None


def _preview(request: Request, data: QueryDict) -> dict[str, Any]:
    """Return the search with its results, or the selected takes in place of them."""
    criteria, selected = search_of(data), _selected(request, data)
    rows = in_shot_order(search(request.user, criteria)) if criteria else Take.objects.none()
    count = len(selected) if selected else rows.count()
    shown = selected[:PREVIEW_SIZE] if selected else list(rows.for_cards()[:PREVIEW_SIZE])
    return {
        **search_fields(request, criteria),
        "selected": [str(take.uuid) for take in selected],
        "takes": shown,
        "count": count,
        "more": count - len(shown),
        "offered": offered_playlists(request),
    }


def _requested(request: Request, data: QueryDict) -> list[Take]:
    """Return the selected takes in their order, or else all results of the search; nothing without a search.

    One more than the maximum, so that a playlist that is too long is refused and not cut.
    """
    if "take" in data:
        return _selected(request, data)
    criteria = search_of(data)
    rows = in_shot_order(search(request.user, criteria)) if criteria else Take.objects.none()
    return list(rows.only("pk")[: playlists.MAX_TAKES + 1])


def _selected(request: Request, data: QueryDict) -> list[Take]:
    """Return the selected takes that the user may see, in the order of the request."""
    keys = list(dict.fromkeys(filter(None, map(uuid_in, data.getlist("take")[: playlists.MAX_TAKES]))))
    if not keys:
        return []
    found = {
        take.uuid: take for take in Take.objects.visible_to(request.user).for_cards().filter(uuid__in=keys)
    }
    return [found[key] for key in keys if key in found]


def _selection_query(data: QueryDict) -> str:
    """Return the selection or search as a query string."""
    kept = data.copy()
    for name in ("csrfmiddlewaretoken", "playlist"):
        kept.pop(name, None)
    return kept.urlencode()


def _report(request: Request, playlist: Playlist, *, requested: int, added: int) -> None:
    if not requested:
        messages.warning(request, _("No takes selected. Select at least one."))
        return
    message = ngettext(
        "%(count)d take added to %(playlist)s.", "%(count)d takes added to %(playlist)s.", added
    )
    messages.success(request, message % {"count": added, "playlist": playlist})
    if known := requested - added:
        message = ngettext(
            "%(count)d take was already in the playlist.",
            "%(count)d takes were already in the playlist.",
            known,
        )
        messages.info(request, message % {"count": known})
