"""Create notifications: rows for the inbox, from which e-mails are built.

Database constraints allow each notification once per user, so these functions are safe to repeat. Users are not
notified of what they did, nor of projects that they cannot see.
"""

from collections.abc import Iterable, Mapping

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django_q.tasks import async_task

from generation.models import Note, Notification, ShareLink, Take, Verdict
from library.models.projects import DECIDERS, OWNERS, AnyUser, in_projects_of

MAIL_TASK = "generation.tasks.send_emails"
# The reasons to notify a user of a note, most specific first; each user gets only the first that applies.
NOTE_KINDS = (
    Notification.Kind.MENTION,
    Notification.Kind.REPLY,
    Notification.Kind.NOTE,
    Notification.Kind.GUEST,
)
BATCH_SIZE = 200

Kind = Notification.Kind


def inbox(user: AnyUser) -> QuerySet[Notification]:
    """Return the notifications that the user may still see, newest first."""
    return Notification.objects.filter(in_projects_of(user), to=user.pk)


def note_written(note: Note) -> None:
    """Notify the users it mentions, the thread's authors and the take's creator.

    Call it again after an edit: only newly mentioned users are notified.
    """
    mentioned = set(note.mentions.values_list("pk", flat=True))
    reasons: dict[int, Kind] = {}
    for kind, users in (
        (Kind.MENTION, mentioned),
        (Kind.REPLY, _thread_authors(note.parent)),
        (Kind.GUEST if note.guest else Kind.NOTE, {note.take.job.created_by_id} | _link_creator(note)),
    ):
        for user in users - {note.author_id}:
            if user is not None:
                reasons.setdefault(user, kind)
    notified = Notification.objects.filter(note=note, kind__in=NOTE_KINDS).values_list("to_id", flat=True)
    for user in set(notified) - mentioned:
        reasons.pop(user, None)
    _create(reasons, take=note.take, note=note, by=note.author, guest=note.guest)


def note_resolved(note: Note, *, by: User | None) -> None:
    """Notify the author of a note that it has been resolved."""
    if note.author_id and note.author_id != getattr(by, "pk", None):
        _create({note.author_id: Kind.RESOLVED}, take=note.take, note=note, by=by)


def verdict_given(verdict: Verdict) -> None:
    """Notify the take's creator, and for a guest's verdict also the creator of the share link.

    For the user who gave the verdict, mark the notification of the new take as read.
    """
    kind = Kind.GUEST if verdict.guest else Kind.VERDICT
    concerned = {verdict.take.job.created_by_id} | _link_creator(verdict)
    users = {user for user in concerned - {verdict.by_id} if user is not None}
    if verdict.by:
        inbox(verdict.by).filter(take=verdict.take, kind=Kind.TAKE, read_at=None).update(
            read_at=timezone.now()
        )
    _create(
        dict.fromkeys(users, kind), take=verdict.take, verdict=verdict, by=verdict.by, guest=verdict.guest
    )


def links_paused(project: int, *, creator: int | None) -> None:
    """Notify the owners of a project, or administrators if it has none, that a user's share links are paused.

    Owners with an unread notification of it are not notified again.
    """
    owners = User.objects.filter(memberships__project=project, memberships__role__in=OWNERS, is_active=True)
    users = owners if owners.exists() else User.objects.filter(is_superuser=True, is_active=True)
    unread = Notification.objects.filter(
        kind=Kind.LINKS, project=project, by=creator, read_at__isnull=True
    ).values("to")
    rows = [
        Notification(to=user, kind=Kind.LINKS, project_id=project, by_id=creator)
        for user in users.exclude(pk__in=unread).exclude(pk=creator or 0).order_by("pk")
    ]
    if rows:
        Notification.objects.bulk_create(rows)
        transaction.on_commit(lambda: async_task(MAIL_TASK), robust=True)


def announce_takes() -> int:
    """Notify of takes added since the last call, at most `BATCH_SIZE`. Return the number of takes."""
    new = Take.objects.filter(announced_at__isnull=True).select_related("job__for_note", "project")
    takes = list(new.order_by("pk")[:BATCH_SIZE])
    for take in takes:
        _announce(take)
    return len(takes)


@transaction.atomic
def _announce(take: Take) -> None:
    """Notify reviewers, and the author of the note that led to the take; two workers at once notify only once.

    Skip reviewers if the take has been decided, users who gave a verdict, and everyone if the job was abandoned.
    """
    if take.job.abandoned_at is None:
        deciders = take.project.memberships.filter(role__in=DECIDERS).values_list("user_id", flat=True)
        reasons = dict.fromkeys(deciders if take.review == Take.Review.WAITING else (), Kind.TAKE)
        if take.job.for_note and take.job.for_note.author_id:
            reasons[take.job.for_note.author_id] = Kind.ANSWERED
        for user in (take.job.created_by_id, *take.verdicts.values_list("by_id", flat=True)):
            reasons.pop(user, None)
        _create(reasons, take=take, by=take.job.created_by)
    Take.objects.filter(pk=take.pk).update(announced_at=timezone.now())


def _thread_authors(root: Note | None) -> set[int | None]:
    if root is None:
        return set()
    return {root.author_id, *root.replies.values_list("author_id", flat=True)}


def _link_creator(item: Note | Verdict) -> set[int | None]:
    """Return the user who created the guest's share link; empty if the author is no guest."""
    if item.guest_id is None:
        return set()
    return set(ShareLink.objects.filter(guests=item.guest_id).values_list("created_by_id", flat=True))


def _create(reasons: Mapping[int, Kind], *, take: Take, **fields: object) -> None:
    rows = [
        Notification(to_id=user, kind=reasons[user], project_id=take.project_id, take=take, **fields)
        for user in _may_see(take.project_id, reasons)
    ]
    if rows:
        Notification.objects.bulk_create(rows, ignore_conflicts=True)
        transaction.on_commit(lambda: async_task(MAIL_TASK), robust=True)


def _may_see(project: int, users: Iterable[int]) -> list[int]:
    """Return the active users among them who are members of the project or superusers."""
    inside = Q(is_superuser=True) | Q(memberships__project=project)
    found = User.objects.filter(inside, pk__in=list(users), is_active=True)
    return list(found.order_by("pk").values_list("pk", flat=True).distinct())
