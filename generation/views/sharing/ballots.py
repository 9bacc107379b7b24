"""A blind vote for the project's editors: invitations, suspicious ballots, and which ballots count."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from generation.forms.sharing import VotersForm
from generation.models import ShareLink, Voter
from generation.reviews.sharing import ballots, share_links, voting
from generation.views.shared.access import Request, link_to_edit

EXCLUDE, INCLUDE = "leave_out", "count"
MAX_DIGITS = 18  # of a primary key, so that it fits into 64 bits


@never_cache
@require_http_methods(["GET", "POST"])
def ballots_page(request: Request, uuid: UUID) -> HttpResponse:
    """Show the ballots of a blind vote grouped by origin; a POST excludes some, or includes them again."""
    link = _vote_to_edit(request, uuid)
    if request.method == "GET":
        return _page(request, link, VotersForm())
    chosen = [int(key) for key in request.POST.getlist("ballot") if _is_key(key)]
    if request.POST.get("do") == EXCLUDE:
        changed = ballots.exclude(chosen, of=link, by=request.user)
        text = ngettext("%(count)d ballot excluded.", "%(count)d ballots excluded.", changed)
    elif request.POST.get("do") == INCLUDE:
        changed = ballots.include(chosen, of=link)
        text = ngettext("%(count)d ballot included again.", "%(count)d ballots included again.", changed)
    else:
        raise Http404
    messages.success(request, text % {"count": changed})
    return redirect("generation:ballots", link.uuid)


@require_http_methods(["GET", "POST"])
def voters_invite(request: Request, uuid: UUID) -> HttpResponse:
    """Invite voters to a vote by invitation."""
    link = _vote_to_edit(request, uuid)
    if request.method == "GET":  # reloaded after a form error
        return redirect("generation:ballots", link.uuid)
    if not link.by_invitation or link.closed_at or not share_links.is_alive(link):
        raise Http404
    form = VotersForm(request.POST)
    try:
        voters = ballots.invite(link, form.invited()) if form.is_valid() else None
    except ballots.CannotInvite as refusal:
        form.add_error(None, str(refusal))
        voters = None
    if voters is None:
        return _page(request, link, form, status=422)
    text = ngettext("%(count)d voter invited.", "%(count)d voters invited.", len(voters))
    messages.success(request, text % {"count": len(voters)})
    return redirect("generation:ballots", link.uuid)


@require_POST
def voter_revoke(request: Request, uuid: UUID, key: UUID) -> HttpResponse:
    """Revoke an invitation and exclude its ballot."""
    link = _vote_to_edit(request, uuid)
    voter = get_object_or_404(link.voters.select_related("link"), key=key)
    ballots.revoke(voter, by=request.user)
    messages.success(request, _("The invitation of %(name)s was revoked.") % {"name": voter})
    return redirect("generation:ballots", link.uuid)


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS


def _vote_to_edit(request: Request, uuid: UUID) -> ShareLink:
    link = link_to_edit(request, uuid)
    if not link.is_blind:
        raise Http404
    return link


def _page(request: Request, link: ShareLink, form: VotersForm, status: int = 200) -> HttpResponse:
    groups = ballots.group_by_origin(link)
    context = {
        "link": link,
        "project": link.project,
        "form": form,
        "groups": groups,
        "conspicuous": [group for group in groups if group.is_conspicuous],
        "turnout": voting.turnouts([link]).get(link.pk, voting.Turnout(0, 0)),
        "results": voting.results([link]).get(link.pk, []),
        **_voters(link),
    }
    return render(request, "generation/sharing/ballots.html", context, status=status)


def _voters(link: ShareLink) -> dict[str, Any]:
    if not link.by_invitation:
        return {}
    is_open = not link.closed_at and share_links.is_alive(link) and link.has_token
    voted = set(link.votes.values_list("guest", flat=True))
    voters = list(link.voters.all())
    for voter in voters:
        voter.link = link
    return {
        "is_open": is_open,
        "voters": [(voter, _url(voter) if is_open else "", voter.guest_id in voted) for voter in voters],
    }


def _url(voter: Voter) -> str:
    return "" if voter.revoked_at else f"{settings.PUBLIC_URL}{ballots.path_of(voter)}"
