"""Takes come into playlists: new ones and those that are there, by a search or by hand."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from generation.forms.playlists import PlaylistForm
from generation.models import Playlist, Take
from generation.reviews.playlists import playlists as lists
from generation.reviews.playlists.playlists import CannotList
from generation.reviews.reports.take_search import in_shot_order, search
from generation.views.shared.access import Request, came_from, playlist_to_edit, uuid_in
from generation.views.takes.take_search import search_fields, search_of
from library.models import Project

SHOWN, MOST_OFFERED = 12, 50


@require_http_methods(["GET", "HEAD", "POST"])
def playlist_new(request: Request) -> HttpResponse:
    """A new playlist of the takes that were ticked, or else of all that a search finds."""
    data = request.POST if request.method == "POST" else request.GET
    form = PlaylistForm(
        request.POST if request.method == "POST" else None,
        user=request.user,
        initial={"home": data.get("project"), "name": _name_for(data)},
    )
    if request.method == "POST" and form.is_valid() and (made := _made(request, form)):
        return redirect(made)
    context = _found(request, data) | {"form": form, "may_make": offered_homes(request).exists()}
    status = 422 if request.method == "POST" else 200
    return render(request, "generation/playlists/playlist_new.html", context, status=status)


@require_POST
def playlist_add(request: Request) -> HttpResponse:
    """Put the ticked takes, or all that a search finds, into a playlist; without one, ask what it shall be called."""
    takes = _asked_for(request, request.POST)
    back = came_from(request, otherwise=reverse("generation:takes"))
    if not request.POST.get("playlist"):
        return redirect(f"{reverse('generation:playlist_new')}?{_carried(request.POST)}")
    if (uuid := uuid_in(request.POST["playlist"])) is None:
        raise Http404
    playlist = playlist_to_edit(request, uuid)
    try:
        added = lists.add(playlist, takes, by=request.user)
    except CannotList as refusal:
        messages.error(request, str(refusal))
    else:
        _tell_added(request, playlist, asked=len(takes), added=added)
    return redirect(back)


def offered(request: Request) -> QuerySet[Playlist]:
    """The playlists into which the user may put takes, the newest first."""
    return Playlist.objects.editable_by(request.user).select_related("project")[:MOST_OFFERED]


def offered_homes(request: Request) -> QuerySet[Project]:
    """The projects in which the user may make a playlist."""
    return Project.objects.commented_by(request.user)


def _name_for(data: QueryDict) -> str:
    """What the dailies are called; anything else has to be named by who makes it."""
    today = timezone.localdate()
    return f"Dailies of {today.day} {today:%B}" if search_of(data).since else ""


def _made(request: Request, form: PlaylistForm) -> Playlist | None:
    """The new playlist; None, with the reason beside its field, when it was refused."""
    values = form.cleaned_data
    takes = _asked_for(request, request.POST)
    if not takes:
        form.add_error(None, "No take was chosen. Search for some, or tick them on the page of takes.")
        return None
    try:
        return lists.create(by=request.user, project=values["home"], name=values["name"], takes=takes)
    except CannotList as refusal:
        form.add_error(refusal.field or None, str(refusal))
        return None


def _found(request: Request, data: QueryDict) -> dict[str, Any]:
    """The search, what it finds, and the takes that were ticked in its place."""
    asked, ticked = search_of(data), _ticked(request, data)
    rows = in_shot_order(search(request.user, asked)) if asked else Take.objects.none()
    count = len(ticked) if ticked else rows.count()
    shown = ticked[:SHOWN] if ticked else list(rows.for_cards()[:SHOWN])
    return {
        **search_fields(request, asked),
        "ticked": [str(take.uuid) for take in ticked],
        "takes": shown,
        "count": count,
        "more": count - len(shown),
        "offered": offered(request),
    }


def _asked_for(request: Request, data: QueryDict) -> list[Take]:
    """The takes that were ticked, in that order; else all that the search finds, and nothing without a search.

    One more than fit, so that who asks for too many is told so.
    """
    if "take" in data:
        return _ticked(request, data)
    asked = search_of(data)
    rows = in_shot_order(search(request.user, asked)) if asked else Take.objects.none()
    return list(rows.only("pk")[: lists.MOST_TAKES + 1])


def _ticked(request: Request, data: QueryDict) -> list[Take]:
    """The ticked takes that the user may see, in the order in which they were told."""
    keys = list(dict.fromkeys(filter(None, map(uuid_in, data.getlist("take")[: lists.MOST_TAKES]))))
    if not keys:
        return []
    found = {
        take.uuid: take for take in Take.objects.visible_to(request.user).for_cards().filter(uuid__in=keys)
    }
    return [found[key] for key in keys if key in found]


def _carried(data: QueryDict) -> str:
    """What was asked for, as the query of an address."""
    kept = data.copy()
    for name in ("csrfmiddlewaretoken", "playlist"):
        kept.pop(name, None)
    return kept.urlencode()


def _tell_added(request: Request, playlist: Playlist, *, asked: int, added: int) -> None:
    there = asked - added
    already = f" {there} {'was' if there == 1 else 'were'} in it already." if there else ""
    if not asked:
        messages.warning(request, "No take was chosen. Tick some first.")
    else:
        word = "take is" if added == 1 else "takes are"
        messages.success(request, f"{added} {word} new in {playlist}.{already}")
