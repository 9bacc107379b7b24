"""Playlists: the list, names and order."""

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

from generation.forms.playlists import MoveForm, PlaylistNameForm
from generation.models import Playlist, PlaylistItem, ReviewState
from generation.reviews.playlists import playlists as reviews
from generation.reviews.playlists.playlists import CannotChangePlaylist
from generation.views.playlists.add_takes import projects_for_playlists
from generation.views.playlists.playlist_rows import order_rows
from generation.views.shared.access import Request, playlist_to_edit
from generation.views.shared.pagination import page_of, query_text
from library.models import Project

PAGE_SIZE = 24


@require_safe
def playlists(request: Request) -> HttpResponse:
    """List the playlists of the user's projects, newest first; with `?project=` of one project."""
    rows = Playlist.objects.visible_to(request.user).select_related("project", "created_by")
    if slug := query_text(request, "project"):
        rows = rows.filter(project__slug=slug)
    page = page_of(_with_counts(request, rows), request.GET.get("before"), size=PAGE_SIZE)
    context = {
        "playlists": page.items,
        "next": page.next,
        "slug": slug,
        "can_create": projects_for_playlists(request).exists(),
    }
    return render(request, "generation/playlists/playlists.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def playlist_edit(request: Request, uuid: UUID) -> HttpResponse:
    """Edit the name and the order; for members who may write notes in its project."""
    playlist = playlist_to_edit(request, uuid)
    form = PlaylistNameForm(request.POST or None, initial={"name": playlist.name})
    if request.method == "POST" and form.is_valid():
        try:
            reviews.rename(playlist, form.cleaned_data["name"])
        except CannotChangePlaylist as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, _("Renamed to %(name)s.") % {"name": playlist})
            return redirect("generation:playlist_edit", playlist.uuid)
    context = {
        "playlist": playlist,
        "form": form,
        "unvouched": reviews.unvouched(playlist).count() if reviews.has_guests(playlist) else 0,
        **_order(request, playlist),
    }
    status = 422 if form.errors else 200
    return render(request, "generation/playlists/playlist_edit.html", context, status=status)


@require_POST
def playlist_arrange(request: Request, uuid: UUID) -> HttpResponse:
    """Move or remove one take. For htmx the response is the list alone."""
    playlist = playlist_to_edit(request, uuid)
    form = MoveForm(request.POST)
    if not form.is_valid():
        return HttpResponse(_("Invalid position."), status=422, content_type="text/plain")
    moved, removed = form.cleaned_data["move"], form.cleaned_data["remove"]
    try:
        if moved:
            reviews.move(playlist, item=moved[0], before=moved[1])
        elif removed:
            reviews.remove(playlist, item=removed)
    except CannotChangePlaylist as error:
        return HttpResponse(str(error), status=409, content_type="text/plain")
    if request.htmx:
        context = {"playlist": playlist, **_order(request, playlist)}
        return render(request, "generation/playlists/_playlist_order.html", context)
    anchor = f"#place-{moved[0]}" if moved else ""
    return redirect(reverse("generation:playlist_edit", args=[playlist.uuid]) + anchor)


@require_POST
def playlist_vouch(request: Request, uuid: UUID) -> HttpResponse:
    """Show guests the hidden takes that the user may share."""
    playlist = playlist_to_edit(request, uuid)
    count = reviews.vouch(playlist, by=request.user)
    if count:
        message = ngettext(
            "Guests can now see %(count)d more take.",
            "Guests can now see %(count)d more takes.",
            count,
        )
        messages.success(request, message % {"count": count})
    else:
        messages.info(request, _("You may not share any of these takes. Nothing was changed."))
    return redirect("generation:playlist_edit", playlist.uuid)


@require_POST
def playlist_delete(request: Request, uuid: UUID) -> HttpResponse:
    """Delete the playlist and keep its takes."""
    playlist = playlist_to_edit(request, uuid)
    reviews.delete(playlist)
    message = _("%(playlist)s deleted. Its takes, notes and verdicts were kept.")
    messages.success(request, message % {"playlist": playlist})
    return redirect("generation:playlists")


def _order(request: Request, playlist: Playlist) -> dict[str, Any]:
    """Return the rows of the takes that the user may see, and the number of the others."""
    takes = reviews.takes_for(playlist, request.user)
    return {"rows": list(order_rows(takes)), "hidden": playlist.items.count() - len(takes)}


def _with_counts(request: Request, rows: QuerySet[Playlist]) -> QuerySet[Playlist]:
    """Annotate `take_count` and `waiting_count` (takes that the user may see) and the first poster."""
    visible = PlaylistItem.objects.filter(
        playlist=OuterRef("pk"), take__project__in=Project.objects.visible_to(request.user)
    )
    return rows.annotate(
        take_count=_count(visible),
        waiting_count=_count(visible, Q(take__review=ReviewState.WAITING)),
        poster_key=Subquery(visible.order_by("position", "pk").values("take__poster_key")[:1]),
    )


def _count(items: QuerySet[PlaylistItem], condition: Q | None = None) -> Coalesce:
    """Count the items of each playlist in a subquery; 0 for none."""
    counted = items.order_by().values("playlist").annotate(n=Count("pk", filter=condition)).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
