"""Playlists: the list of them, their names and their order."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from generation.forms.playlists import ArrangeForm, PlaylistNameForm
from generation.models import Playlist, PlaylistItem, Take
from generation.reviews.playlists import playlists as lists
from generation.reviews.playlists.playlists import CannotList
from generation.views.playlists.add_takes import offered_homes
from generation.views.shared.access import Request, playlist_to_edit
from generation.views.shared.pagination import page_of, wanted
from library.models import Project

SIZE = 24


@require_safe
def playlists(request: Request) -> HttpResponse:
    """The playlists of the user's projects, the newest first; of one project when asked."""
    rows = Playlist.objects.visible_to(request.user).select_related("project", "created_by")
    if slug := wanted(request, "project"):
        rows = rows.filter(project__slug=slug)
    page = page_of(_with_facts(request, rows), request.GET.get("before"), size=SIZE)
    context = {
        "playlists": page.items,
        "next": page.next,
        "slug": slug,
        "may_make": offered_homes(request).exists(),
    }
    return render(request, "generation/playlists/playlists.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def playlist_edit(request: Request, uuid: UUID) -> HttpResponse:
    """The name and the order; who makes or decides in its project may change them."""
    playlist = playlist_to_edit(request, uuid)
    form = PlaylistNameForm(request.POST or None, initial={"name": playlist.name})
    if request.method == "POST" and form.is_valid():
        try:
            lists.rename(playlist, form.cleaned_data["name"])
        except CannotList as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, f"It is called {playlist} now.")
            return redirect("generation:playlist_edit", playlist.uuid)
    context = {
        "playlist": playlist,
        "form": form,
        "unvouched": lists.unvouched(playlist).count() if lists.has_guests(playlist) else 0,
        **order_of(request, playlist),
    }
    return render(
        request, "generation/playlists/playlist_edit.html", context, status=422 if form.errors else 200
    )


@require_POST
def playlist_arrange(request: Request, uuid: UUID) -> HttpResponse:
    """Move a take, or take it out. For htmx the order alone."""
    playlist = playlist_to_edit(request, uuid)
    form = ArrangeForm(request.POST)
    if not form.is_valid():
        return HttpResponse("This says no place in the playlist.", status=422, content_type="text/plain")
    moved, removed = form.cleaned_data["move"], form.cleaned_data["remove"]
    try:
        if moved:
            lists.move(playlist, item=moved[0], before=moved[1])
        elif removed:
            lists.remove(playlist, item=removed)
    except CannotList as refusal:
        return HttpResponse(str(refusal), status=409, content_type="text/plain")
    if request.htmx:
        context = {"playlist": playlist, **order_of(request, playlist)}
        return render(request, "generation/playlists/_playlist_order.html", context)
    anchor = f"#place-{moved[0]}" if moved else ""
    return redirect(reverse("generation:playlist_edit", args=[playlist.uuid]) + anchor)


@require_POST
def playlist_vouch(request: Request, uuid: UUID) -> HttpResponse:
    """Show guests the hidden takes that the user may share."""
    playlist = playlist_to_edit(request, uuid)
    count = lists.vouch(playlist, by=request.user)
    if count:
        said = ngettext(
            "Guests can now see %(count)d more take.",
            "Guests can now see %(count)d more takes.",
            count,
        )
        messages.success(request, said % {"count": count})
    else:
        messages.info(request, _("You may not share any of these takes. Nothing was changed."))
    return redirect("generation:playlist_edit", playlist.uuid)


@require_POST
def playlist_delete(request: Request, uuid: UUID) -> HttpResponse:
    """The list alone; its takes stay."""
    playlist = playlist_to_edit(request, uuid)
    lists.delete(playlist)
    messages.success(request, f"{playlist} is deleted. Its takes, notes and verdicts are kept.")
    return redirect("generation:playlists")


def order_of(request: Request, playlist: Playlist) -> dict[str, Any]:
    """The places that the user may see, and how many others there are."""
    places = lists.places_for(playlist, request.user)
    return {"lineup": places, "hidden": playlist.items.count() - len(places)}


def _with_facts(request: Request, rows: QuerySet[Playlist]) -> QuerySet[Playlist]:
    """With how many takes of it the user may see, how many wait, and the first one's picture."""
    seen = PlaylistItem.objects.filter(
        playlist=OuterRef("pk"), take__project__in=Project.objects.visible_to(request.user)
    )
    counted = seen.order_by().values("playlist")
    whole = IntegerField()
    return rows.annotate(
        take_count=Coalesce(Subquery(counted.annotate(n=Count("pk")).values("n"), output_field=whole), 0),
        waiting_count=Coalesce(
            Subquery(
                counted.annotate(n=Count("pk", filter=Q(take__review=Take.Review.WAITING))).values("n"),
                output_field=whole,
            ),
            0,
        ),
        poster_key=Subquery(seen.order_by("position", "pk").values("take__poster_key")[:1]),
    )
