"""A blind vote as its voters see it: the ballot, the choice, and the URL of an invitation."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from generation.forms.sharing import EnterForm
from generation.models import ShareLink, Voter
from generation.reviews.sharing import ballots, share_links, voting
from generation.views.guests.guest_access import Visit, around, for_anyone, for_guests, nothing, remember
from generation.views.guests.pending_videos import is_poll, poll_answer, waiting
from library.client_address import client_of


def ballot_page(request: HttpRequest, visit: Visit, *, sentence: str = "") -> HttpResponse:
    """Return the ballot once all videos are ready, since the order in which they become ready could identify them."""
    share_links.freeze(visit.link)
    candidates = voting.candidates(visit.link, visit.guest)
    films = [found.shown for found in candidates]
    if is_poll(request):
        return poll_answer(request, films)
    choice = voting.choice_of(visit.link, visit.guest)
    results = voting.results([visit.link]).get(visit.link.pk, [])
    context = {
        "candidates": candidates,
        "choice": choice,
        "choice_left": choice is not None and choice not in {found.take.pk for found in candidates},
        "results": {found.take.pk: found.votes for found in results},
        "left_out": sum(found.left_out for found in results),
        "sentence": sentence,
    }
    page = around(visit) | waiting(films) | context
    return render(request, "generation/guests/vote.html", page, status=422 if sentence else 200)


@require_http_methods(["GET", "POST"])
@for_guests
def shared_vote(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Take a guest's choice in a blind vote."""
    if not visit.link.is_blind:
        return nothing(request)
    if request.method == "GET":
        return redirect(visit.link)
    mark = request.POST.get("choice", "")
    chosen = {found.mark: found.take for found in voting.candidates(visit.link, visit.guest)}.get(mark)
    if chosen is None:
        return ballot_page(
            request, visit, sentence=voting.LEFT if mark else _("Choose one of the takes first.")
        )
    try:
        voting.vote(visit.link, guest=visit.guest, take=chosen, origin=_origin(request, visit.link))
    except voting.CannotVote as refusal:
        visit.link.refresh_from_db()
        return ballot_page(request, visit, sentence=str(refusal))
    return redirect(f"{visit.link.get_absolute_url()}#vote")


@require_http_methods(["GET", "POST"])
@for_anyone
def shared_voter(request: HttpRequest, link: ShareLink, key: UUID, proof: str) -> HttpResponse:
    """Admit an invited voter under the name of the invitation or the name entered."""
    voter = ballots.find(link, key, proof) if link.by_invitation else None
    if voter is None:
        return nothing(request)
    form = EnterForm(request.POST or None, link=link)
    name = voter.name or (voter.guest.name if voter.guest else "")
    if request.method == "GET" or not (name or form.is_valid()):
        return _voter_page(request, link, voter, form, name)
    return remember(redirect(link), ballots.arrive(voter, name=name or form.cleaned_data["name"]))


def uninvited(request: HttpRequest) -> HttpResponse:
    """Return 403 for a visitor without an invitation."""
    context = {
        "head": _("This vote is by invitation"),
        "sentence": _(
            "Open the personal URL that was sent to you. If you have none, contact the organizer of the vote."
        ),
    }
    return render(request, "generation/guests/closed.html", context, status=403)


def _voter_page(
    request: HttpRequest, link: ShareLink, voter: Voter, form: EnterForm, name: str
) -> HttpResponse:
    context = {"link": link, "form": form, "name": name, "action": request.path}
    return render(request, "generation/guests/voter.html", context, status=422 if form.errors else 200)


def _origin(request: HttpRequest, link: ShareLink) -> str:
    """Return the origin of a ballot, or an empty string if a proxy hides its clients."""
    client = client_of(request)
    return "" if client.is_shared else ballots.origin_of(link, client.network)
