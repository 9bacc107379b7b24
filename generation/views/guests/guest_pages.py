"""What a guest sees through a share link: the takes of that link, with what its maker allowed."""

import logging
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from generation.forms.sharing import EnterForm, GuestNoteForm
from generation.models import Note, ShareLink, Take, Verdict
from generation.reviews import timecode
from generation.reviews.exports.file_names import name_of
from generation.reviews.notes import notes
from generation.reviews.sharing import link_videos, share_links
from generation.reviews.sharing.link_videos import Shown
from generation.reviews.verdicts import verdicts
from generation.views.guests.guest_access import (
    Visit,
    around,
    for_anyone,
    for_guests,
    guest_of,
    nothing,
    remember,
)
from generation.views.guests.guest_ballots import ballot_page, uninvited
from generation.views.guests.guest_limits import ARRIVALS, LINK_PASSWORDS, NOTES, VERDICTS
from generation.views.guests.pending_videos import is_poll, poll_answer, waiting
from library import passwords, storage
from library.client_address import Client, client_of
from library.throttling import TooManyAttempts

log = logging.getLogger("backlot.sharing")

SIZE, THREADS = 36, 200
TOO_MUCH = "That is much in a short time. Send it again in some minutes; it is kept here."


@require_safe
@for_anyone
def shared(request: HttpRequest, link: ShareLink) -> HttpResponse:
    """What the link shows, to who gave a name; to others the question for it, and nothing of the content."""
    guest = guest_of(request, link)
    if guest is None:
        return uninvited(request) if link.by_invitation else _door(request, link, EnterForm(link=link))
    share_links.note_visit(guest)
    visit = Visit(link, guest)
    if link.is_blind:
        return ballot_page(request, visit)
    takes = share_links.takes_of(link)
    if link.take_id:
        only = takes.first()
        return _take_page(request, visit, only) if only else nothing(request)
    page = Paginator(takes, SIZE).get_page(request.GET.get("page"))
    films = link_videos.shown(link, page.object_list)
    if is_poll(request):
        return poll_answer(request, films.values())
    cards = [(take, films[take.pk]) for take in page.object_list]
    return render(
        request,
        "generation/guests/takes.html",
        around(visit) | waiting(films.values()) | {"page": page, "cards": cards},
    )


@require_http_methods(["GET", "POST"])
@for_anyone
def shared_enter(request: HttpRequest, link: ShareLink) -> HttpResponse:
    """Come in with a name, and the password if there is one."""
    if request.method == "GET" or guest_of(request, link):
        return redirect(link)
    if link.by_invitation:
        return uninvited(request)
    form = EnterForm(request.POST, link=link)
    if not form.is_valid():
        return _door(request, link, form)
    client = client_of(request)
    if link.password and not _knows_password(link, client, form.cleaned_data["password"]):
        form.add_error("password", "That is not the password. Ask whoever sent you the link.")
        return _door(request, link, form)
    ARRIVALS.spend(link, client)
    return remember(redirect(link), share_links.enter(link, name=form.cleaned_data["name"]))


@require_safe
@for_guests
def shared_take(request: HttpRequest, visit: Visit, uuid: UUID) -> HttpResponse:
    """One of the link's takes, to play, and to speak about where that is allowed."""
    take = _take(visit, uuid)
    return _take_page(request, visit, take) if take else nothing(request)


@require_http_methods(["GET", "POST"])
@for_guests
def shared_note(request: HttpRequest, visit: Visit, uuid: UUID) -> HttpResponse:
    """A guest's note, or their reply to a thread that guests of this link began."""
    take = _take(visit, uuid)
    if take is None or not visit.link.allows_notes:
        return nothing(request)
    if request.method == "GET":  # opened anew after a note that was refused, as a phone does by itself
        return redirect(_address(visit, take))
    form = GuestNoteForm(request.POST)
    try:
        note = _written(form, visit, take, client_of(request)) if form.is_valid() else None
    except TooManyAttempts as refusal:
        form.add_error(None, TOO_MUCH)
        return _retry_after(refusal, _take_page(request, visit, take, form=form, status=429))
    if note is None:
        return _take_page(request, visit, take, form=form, status=422)
    return redirect(f"{_address(visit, take)}#note-{note.uuid}")


@require_http_methods(["GET", "POST"])
@for_guests
def shared_verdict(request: HttpRequest, visit: Visit, uuid: UUID) -> HttpResponse:
    """A guest's verdict, which is advice."""
    take = _take(visit, uuid)
    if take is None or not visit.link.allows_verdicts:
        return nothing(request)
    if request.method == "GET":
        return redirect(_address(visit, take))
    decision, reason = request.POST.get("decision", ""), request.POST.get("reason", "")
    refused = {"decision": decision, "reason": reason}
    try:
        _advise(visit, take, client_of(request), decision=decision, reason=reason)
    except verdicts.CannotDecide as refusal:
        return _take_page(request, visit, take, status=422, refused=refused | {"sentence": str(refusal)})
    except TooManyAttempts as refusal:
        page = _take_page(request, visit, take, status=429, refused=refused | {"sentence": TOO_MUCH})
        return _retry_after(refusal, page)
    return redirect(f"{_address(visit, take)}#verdict")


def _knows_password(link: ShareLink, client: Client, password: str) -> bool:
    """Compare the password, and log failures. Raise TooManyAttempts or HashingBusy."""
    with passwords.slots.taken():
        attempt = LINK_PASSWORDS.begin(link.pk, client)
        is_right = share_links.knows_password(link, password)
    if is_right:
        attempt.succeeded()
    else:
        log.warning("Wrong password for share link %s, from %s", link.pk, client)
    return is_right


def _door(request: HttpRequest, link: ShareLink, form: EnterForm) -> HttpResponse:
    return render(
        request,
        "generation/guests/enter.html",
        {"link": link, "form": form},
        status=422 if form.errors else 200,
    )


def _take_page(
    request: HttpRequest,
    visit: Visit,
    take: Take,
    *,
    status: int = 200,
    form: GuestNoteForm | None = None,
    **more: Any,
) -> HttpResponse:
    link, film = visit.link, link_videos.shown(visit.link, [take])[take.pk]
    if is_poll(request):
        return poll_answer(request, [film])
    threads, form = _threads(visit, take), form or GuestNoteForm()
    given = Verdict.objects.filter(take=take, guest=visit.guest, withdrawn_at=None).order_by("-pk").first()
    context = (
        around(visit)
        | waiting([film])
        | {
            "take": take,
            "film": film,
            "threads": threads,
            "most_threads": THREADS,
            "form": form,
            "answered": _answered(form, threads),
            "given": given if link.allows_verdicts else None,
            "decisions": Verdict.Decision.choices,
            "video_url": storage.brief_url(film.key) if film.is_ready else "",
            "poster_url": storage.brief_url(film.poster_key) if film.is_ready else "",
            "download_url": _download(visit, take, film),
        }
    )
    return render(request, "generation/guests/take.html", context | more, status=status)


def _take(visit: Visit, uuid: UUID) -> Take | None:
    """One of the link's takes; a vote has no pages of its own for them."""
    return None if visit.link.is_blind else share_links.takes_of(visit.link).filter(uuid=uuid).first()


def _threads(visit: Visit, take: Take) -> list[Note]:
    """The guests' latest threads, the earliest first, with the team's replies and those of this link's guests."""
    if not visit.link.allows_notes:
        return []
    told = Note.objects.filter(Q(guest=None) | Q(guest__link=visit.link), deleted_at=None)
    replies = told.select_related("author", "guest").order_by("pk")
    found = share_links.notes_of(visit.link, take).select_related("guest").order_by("-pk")
    latest = found.prefetch_related(Prefetch("replies", replies, to_attr="told"))[:THREADS]
    return list(reversed(latest))


def _answered(form: GuestNoteForm, threads: list[Note]) -> Note | None:
    """The note to which the form replies, if it is one of these."""
    return next((one for one in threads if str(one.uuid) == form.data.get("parent")), None)


def _retry_after(refusal: TooManyAttempts, response: HttpResponse) -> HttpResponse:
    response["Retry-After"] = str(refusal.retry_after)
    return response


def _advise(visit: Visit, take: Take, client: Client, *, decision: str, reason: str) -> None:
    """Record a verdict. Raise CannotDecide or TooManyAttempts, since each verdict notifies the team, also by e-mail."""
    VERDICTS.spend(visit.link, client, visit.guest)
    try:
        verdicts.decide(take, decision=decision, guest=visit.guest, reason=reason)
    except verdicts.CannotDecide:
        VERDICTS.give_back(visit.link, client, visit.guest)
        raise


def _written(form: GuestNoteForm, visit: Visit, take: Take, client: Client) -> Note | None:
    """Return the new note, or None if the form has errors. Raise TooManyAttempts."""
    NOTES.spend(visit.link, client, visit.guest)
    note = _write(form, visit, take)
    if note is None:
        NOTES.give_back(visit.link, client, visit.guest)
    return note


def _write(form: GuestNoteForm, visit: Visit, take: Take) -> Note | None:
    parent = _answered(form, _threads(visit, take))
    if form.data.get("parent") and parent is None:
        form.add_error(None, "What you answer is not there any more. What you typed is kept.")
        return None
    try:
        typed = form.cleaned_data["at"]
        frame = timecode.read(typed, take.fps) if typed and parent is None else None
        return notes.write(
            take, text=form.cleaned_data["text"], guest=visit.guest, frame=frame, parent=parent
        )
    except ValueError as refusal:
        form.add_error("at", str(refusal))
    except notes.CannotNote as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
    return None


def _download(visit: Visit, take: Take, film: Shown) -> str:
    """Return the URL of the file that the guest sees, or nothing."""
    link = visit.link
    if not link.allows_download or link.is_blind or not film.is_ready:
        return ""
    return storage.brief_url(film.key, download_name=f"{name_of(take)}.mp4")


def _address(visit: Visit, take: Take) -> str:
    """The page on which the take is seen."""
    own = visit.link.get_absolute_url()
    return own if visit.link.take_id else f"{own}takes/{take.uuid}/"
