"""A blind vote for its voters: the ballot, the choice, and the URL of an invitation."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from generation.forms.guests import GuestEntryForm
from generation.models import ShareLink, Voter
from generation.reviews.sharing import ballots, share_links, voting
from generation.views.guests import guest_messages
from generation.views.guests.guest_access import (
    Visit,
    guest_context,
    guests_only,
    set_guest_cookie,
    with_link,
)
from generation.views.guests.pending_videos import is_poll, poll_response, polling_context
from library.client_address import client_of


def ballot_page(request: HttpRequest, visit: Visit, *, error: str = "") -> HttpResponse:
    """Show the ballot once all videos are ready, since the order in which they become ready could identify them."""
    share_links.fix_candidates(visit.link)
    candidates = voting.candidates(visit.link, visit.guest)
    videos = [candidate.video for candidate in candidates]
    if is_poll(request):
        return poll_response(request, videos)
    choice = voting.choice_of(visit.link, visit.guest)
    results = voting.results([visit.link]).get(visit.link.pk, [])
    context = {
        "candidates": candidates,
        "choice": choice,
        "choice_left": choice is not None and choice not in {found.take.pk for found in candidates},
        "results": {found.take.pk: found.votes for found in results},
        "left_out": sum(found.left_out for found in results),
        "error": error,
    }
    page = guest_context(visit) | polling_context(videos) | context
    return render(request, "generation/guests/vote.html", page, status=422 if error else 200)


@require_http_methods(["GET", "POST"])
@guests_only
def shared_vote(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Record a guest's choice in a blind vote."""
    if not visit.link.is_blind:
        return guest_messages.not_found(request)
    if request.method == "GET":
        return redirect(visit.link)
    mark = request.POST.get("choice", "")
    chosen = {found.mark: found.take for found in voting.candidates(visit.link, visit.guest)}.get(mark)
    if chosen is None:
        error = str(voting.NotACandidate()) if mark else _("Choose one of the takes.")
        return ballot_page(request, visit, error=error)
    try:
        voting.vote(visit.link, guest=visit.guest, take=chosen, origin=_origin(request, visit.link))
    except voting.CannotVote as refusal:
        visit.link.refresh_from_db()
        return ballot_page(request, visit, error=str(refusal))
    return redirect(f"{visit.link.get_absolute_url()}#vote")


@require_http_methods(["GET", "POST"])
@with_link
def shared_voter(request: HttpRequest, link: ShareLink, key: UUID, proof: str) -> HttpResponse:
    """Admit an invited voter under the name of the invitation or the name entered."""
    voter = ballots.find(link, key, proof) if link.by_invitation else None
    if voter is None:
        return guest_messages.not_found(request)
    form = GuestEntryForm(request.POST or None, link=link)
    name = voter.name or (voter.guest.name if voter.guest else "")
    if request.method == "GET" or not (name or form.is_valid()):
        return _voter_page(request, link, voter, form, name)
    return set_guest_cookie(redirect(link), ballots.admit(voter, name=name or form.cleaned_data["name"]))


def uninvited(request: HttpRequest) -> HttpResponse:
    """Return 403 for a visitor without an invitation."""
    context = {
        "heading": _("This vote is by invitation"),
        "text": _(
            "Open the personal URL that was sent to you. If you have none, contact the organizer of the vote."
        ),
    }
    return render(request, "generation/guests/message.html", context, status=403)


def _voter_page(
    request: HttpRequest, link: ShareLink, voter: Voter, form: GuestEntryForm, name: str
) -> HttpResponse:
    context = {"link": link, "form": form, "name": name, "action": request.path}
    return render(request, "generation/guests/voter.html", context, status=422 if form.errors else 200)


def _origin(request: HttpRequest, link: ShareLink) -> str:
    """Return the origin of a ballot, or an empty string if a proxy hides its clients."""
    client = client_of(request)
    return "" if client.is_shared else ballots.origin_of(link, client.network)
