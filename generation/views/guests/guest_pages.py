"""Pages of a share link for guests: entry, list of takes, and a take with notes and verdict."""

import logging
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from generation.forms.guests import GuestEntryForm, GuestNoteForm
from generation.models import ReviewState, ShareLink, Take, Verdict
from generation.reviews.exports.file_names import name_of
from generation.reviews.sharing import guests, link_videos, shared_takes
from generation.reviews.sharing.link_videos import GuestVideo
from generation.reviews.verdicts import verdicts
from generation.views.guests import guest_messages, guest_notes
from generation.views.guests.guest_access import (
    Visit,
    guest_context,
    guest_of,
    guests_only,
    set_guest_cookie,
    with_link,
)
from generation.views.guests.guest_ballots import ballot_page, uninvited
from generation.views.guests.guest_limits import ARRIVALS, LINK_PASSWORDS, VERDICTS
from generation.views.guests.pending_videos import is_poll, poll_response, polling_context
from library import passwords, storage
from library.client_address import Client, client_of
from library.throttling import TooManyAttempts

log = logging.getLogger("backlot.sharing")

PAGE_SIZE = 36


@require_safe
@with_link
def shared(request: HttpRequest, link: ShareLink) -> HttpResponse:
    """Show the link's content to guests, and to other visitors only the form that requests a name."""
    guest = guest_of(request, link)
    if guest is None:
        return (
            uninvited(request)
            if link.by_invitation
            else _entry_page(request, link, GuestEntryForm(link=link))
        )
    guests.record_visit(guest)
    visit = Visit(link, guest)
    if link.is_blind:
        return ballot_page(request, visit)
    takes = shared_takes.takes_of(link)
    if link.take_id:
        only = takes.first()
        return _take_page(request, visit, only) if only else guest_messages.not_found(request)
    page = Paginator(takes, PAGE_SIZE).get_page(request.GET.get("page"))
    videos = link_videos.videos_for(link, page.object_list)
    if is_poll(request):
        return poll_response(request, videos.values())
    cards = [(take, videos[take.pk]) for take in page.object_list]
    context = guest_context(visit) | polling_context(videos.values()) | {"page": page, "cards": cards}
    return render(request, "generation/guests/takes.html", context)


@require_http_methods(["GET", "POST"])
@with_link
def shared_enter(request: HttpRequest, link: ShareLink) -> HttpResponse:
    """Admit a guest who entered a name, and the password if there is one."""
    if request.method == "GET" or guest_of(request, link):
        return redirect(link)
    if link.by_invitation:
        return uninvited(request)
    form = GuestEntryForm(request.POST, link=link)
    if not form.is_valid():
        return _entry_page(request, link, form)
    client = client_of(request)
    if link.password and not _knows_password(link, client, form.cleaned_data["password"]):
        form.add_error("password", _("Incorrect password. If needed, ask the person who sent you the link."))
        return _entry_page(request, link, form)
    ARRIVALS.spend(link, client)
    return set_guest_cookie(redirect(link), guests.add_guest(link, name=form.cleaned_data["name"]))


@require_safe
@guests_only
def shared_take(request: HttpRequest, visit: Visit, uuid: UUID) -> HttpResponse:
    """Show one of the link's takes."""
    take = _find_take(visit, uuid)
    return _take_page(request, visit, take) if take else guest_messages.not_found(request)


@require_http_methods(["GET", "POST"])
@guests_only
def shared_note(request: HttpRequest, visit: Visit, uuid: UUID) -> HttpResponse:
    """Save a guest's note, or a reply to a thread that guests of this link started."""
    take = _find_take(visit, uuid)
    if take is None or not visit.link.allows_notes:
        return guest_messages.not_found(request)
    if request.method == "GET":  # reloaded after a form error, as phones do on their own
        return redirect(_take_url(visit, take))
    form = GuestNoteForm(request.POST)
    try:
        note = guest_notes.save(form, visit, take, client_of(request)) if form.is_valid() else None
    except TooManyAttempts as refusal:
        form.add_error(None, _too_many())
        return _retry_after(refusal, _take_page(request, visit, take, form=form, status=429))
    if note is None:
        return _take_page(request, visit, take, form=form, status=422)
    return redirect(f"{_take_url(visit, take)}#note-{note.uuid}")


@require_http_methods(["GET", "POST"])
@guests_only
def shared_verdict(request: HttpRequest, visit: Visit, uuid: UUID) -> HttpResponse:
    """Save a guest's verdict, which is advisory."""
    take = _find_take(visit, uuid)
    if take is None or not visit.link.allows_verdicts:
        return guest_messages.not_found(request)
    if request.method == "GET":
        return redirect(_take_url(visit, take))
    decision, reason = request.POST.get("decision", ""), request.POST.get("reason", "")
    refused = {"decision": decision, "reason": reason}
    try:
        _decide(visit, take, client_of(request), decision=decision, reason=reason)
    except verdicts.CannotDecide as refusal:
        return _take_page(request, visit, take, status=422, refused=refused | {"error": str(refusal)})
    except TooManyAttempts as refusal:
        page = _take_page(request, visit, take, status=429, refused=refused | {"error": _too_many()})
        return _retry_after(refusal, page)
    return redirect(f"{_take_url(visit, take)}#verdict")


def _too_many() -> str:
    return _("Too many submissions in a short time. Your text is kept here; send it again in a few minutes.")


def _knows_password(link: ShareLink, client: Client, password: str) -> bool:
    """Compare the password, and log failures. Raise TooManyAttempts or HashingBusy."""
    with passwords.slots.taken():
        attempt = LINK_PASSWORDS.begin(link.pk, client)
        is_right = guests.knows_password(link, password)
    if is_right:
        attempt.succeeded()
    else:
        log.warning("Wrong password for share link %s, from %s", link.pk, client)
    return is_right


def _entry_page(request: HttpRequest, link: ShareLink, form: GuestEntryForm) -> HttpResponse:
    context = {"link": link, "form": form}
    return render(request, "generation/guests/enter.html", context, status=422 if form.errors else 200)


def _take_page(
    request: HttpRequest,
    visit: Visit,
    take: Take,
    *,
    status: int = 200,
    form: GuestNoteForm | None = None,
    **more: Any,
) -> HttpResponse:
    video = link_videos.videos_for(visit.link, [take])[take.pk]
    if is_poll(request):
        return poll_response(request, [video])
    context = (
        guest_context(visit)
        | polling_context([video])
        | _video_context(visit, take, video)
        | guest_notes.notes_context(visit, take, form or GuestNoteForm())
        | {"take": take, "given": _given(visit, take), "decisions": ReviewState.verdict_choices()}
    )
    return render(request, "generation/guests/take.html", context | more, status=status)


def _video_context(visit: Visit, take: Take, video: GuestVideo) -> dict[str, Any]:
    return {
        "video": video,
        "video_url": storage.guest_url(video.key) if video.is_ready else "",
        "poster_url": storage.guest_url(video.poster_key) if video.is_ready else "",
        "download_url": _download_url(visit, take, video),
    }


def _given(visit: Visit, take: Take) -> Verdict | None:
    """Return the guest's current verdict."""
    if not visit.link.allows_verdicts:
        return None
    return Verdict.objects.filter(take=take, guest=visit.guest, withdrawn_at=None).order_by("-pk").first()


def _find_take(visit: Visit, uuid: UUID) -> Take | None:
    """Return one of the link's takes. A vote has no pages for single takes."""
    return None if visit.link.is_blind else shared_takes.takes_of(visit.link).filter(uuid=uuid).first()


def _retry_after(refusal: TooManyAttempts, response: HttpResponse) -> HttpResponse:
    response["Retry-After"] = str(refusal.retry_after)
    return response


def _decide(visit: Visit, take: Take, client: Client, *, decision: str, reason: str) -> None:
    """Record a verdict. Raise CannotDecide or TooManyAttempts, since each verdict notifies the team, also by e-mail."""
    VERDICTS.spend(visit.link, client, visit.guest)
    try:
        verdicts.decide(take, decision=decision, guest=visit.guest, reason=reason)
    except verdicts.CannotDecide:
        VERDICTS.give_back(visit.link, client, visit.guest)
        raise


def _download_url(visit: Visit, take: Take, video: GuestVideo) -> str:
    """Return the URL of the file that the guest sees, or an empty string."""
    link = visit.link
    if not link.allows_download or link.is_blind or not video.is_ready:
        return ""
    return storage.guest_url(video.key, download_name=f"{name_of(take)}.mp4")


def _take_url(visit: Visit, take: Take) -> str:
    """Return the URL of the page that shows the take."""
    url = visit.link.get_absolute_url()
    return url if visit.link.take_id else f"{url}takes/{take.uuid}/"
