"""What a notification says, in the inbox and in e-mails alike."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from generation.models import Notification, Take, Verdict
from generation.reviews import timecode

Kind, Decision = Notification.Kind, Verdict.Decision
DID = {Decision.APPROVED: "approved", Decision.CHANGES: "requested changes to", Decision.REJECTED: "rejected"}
ADVISED = {
    Decision.APPROVED: "would approve",
    Decision.CHANGES: "would change",
    Decision.REJECTED: "would reject",
}
# What stands in the section "mentions me" of the inbox; all else is "what changed".
SPOKEN_TO = (Kind.MENTION, Kind.REPLY)


@dataclass(frozen=True)
class Told:
    """A notification in words: what happened, where, what was said. `path` leads there and marks it as read."""

    notification: Notification
    sentence: str
    place: str
    text: str
    path: str


def told(one: Notification) -> Told:
    """A notification in words. Its take with shot, its project, note, verdict and people were fetched with it."""
    return Told(
        notification=one,
        sentence=f"{_who(one)} {_did(one)}",
        place=_place(one),
        text=_text(one),
        path=reverse("generation:inbox_open", args=[one.pk]),
    )


def where(one: Notification) -> str:
    """Return the URL of its subject: the note at its frame, the verdict, the take, or the project's share links."""
    if one.note:
        return one.note.get_absolute_url()
    if one.take is None:
        return reverse("generation:share_links", args=[one.project.slug])
    return f"{one.take.get_absolute_url()}{'#verdict' if one.verdict_id else ''}"


def _who(one: Notification) -> str:
    if one.guest:
        return f"{one.guest} (guest)"
    return str(one.by) if one.by else "Somebody"


def _did(one: Notification) -> str:
    if one.take is None:
        return _("can no longer share takes here, so their share links are paused until an owner decides")
    if one.verdict:
        decision = Decision(one.verdict.decision)
        return f"{ADVISED[decision]} a take" if one.kind == Kind.GUEST else f"{DID[decision]} your take"
    waits = one.take.review == Take.Review.WAITING
    return {
        Kind.MENTION: "mentioned you",
        Kind.REPLY: "replied in your thread",
        Kind.NOTE: "wrote a note on your take",
        Kind.GUEST: "wrote a note",
        Kind.RESOLVED: "resolved your note",
        Kind.ANSWERED: "made a new take that answers your note",
        Kind.TAKE: "made a new take, which waits for your verdict" if waits else "made a new take",
    }[Kind(one.kind)]


def _place(one: Notification) -> str:
    take = one.take
    if take is None:
        return str(one.project)
    shot = f" of {take.shot.code}" if take.shot else ""
    at = f" at {timecode.told(one.note.frame, take.fps)}" if one.note and one.note.frame is not None else ""
    return f"{one.project} · {take}{shot}{at}"


def _text(one: Notification) -> str:
    if one.note:
        return one.note.text
    return one.verdict.reason if one.verdict else ""
