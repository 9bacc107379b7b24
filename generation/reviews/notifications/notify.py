"""Who is told of what: rows for the inbox, from which the e-mails are made.

The database's constraints see to it that the same thing is told to the same person once, so that all of this may be
called again. Nobody is told of what they did themselves, nor of a project that they may not see.
"""

from collections.abc import Iterable, Mapping

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django_q.tasks import async_task

from generation.models import Note, Notification, ShareLink, Take, Verdict
from library.models.projects import DECIDERS, OWNERS, AnyUser, in_projects_of

MAIL = "generation.tasks.mail"
# What says why somebody is told of a note, the nearest reason first; one of them is enough.
OF_NOTES = (
    Notification.Kind.MENTION,
    Notification.Kind.REPLY,
    Notification.Kind.NOTE,
    Notification.Kind.GUEST,
)
PIECE = 200

Kind = Notification.Kind


def inbox(user: AnyUser) -> QuerySet[Notification]:
    """What this person was told and may still see, the newest first."""
    return Notification.objects.filter(in_projects_of(user), to=user.pk)


def note_written(note: Note) -> None:
    """Tell those whom a note names or answers, and who made the take; again after an edit, which may name more."""
    named = set(note.mentions.values_list("pk", flat=True))
    reasons: dict[int, Kind] = {}
    for kind, people in (
        (Kind.MENTION, named),
        (Kind.REPLY, _speakers_of(note.parent)),
        (Kind.GUEST if note.guest else Kind.NOTE, {note.take.job.created_by_id} | _host_of(note)),
    ):
        for person in people - {note.author_id}:
            if person is not None:
                reasons.setdefault(person, kind)
    known = Notification.objects.filter(note=note, kind__in=OF_NOTES).values_list("to_id", flat=True)
    for person in set(known) - named:
        reasons.pop(person, None)
    _tell(reasons, take=note.take, note=note, by=note.author, guest=note.guest)


def note_resolved(note: Note, *, by: User | None) -> None:
    """Tell the author of a note that it is resolved."""
    if note.author_id and note.author_id != getattr(by, "pk", None):
        _tell({note.author_id: Kind.RESOLVED}, take=note.take, note=note, by=by)


def verdict_given(verdict: Verdict) -> None:
    """Tell who made the take; of a guest's advice also whoever invited the guest. Who decided has seen the take."""
    kind = Kind.GUEST if verdict.guest else Kind.VERDICT
    concerned = {verdict.take.job.created_by_id} | _host_of(verdict)
    people = {person for person in concerned - {verdict.by_id} if person is not None}
    if verdict.by:
        inbox(verdict.by).filter(take=verdict.take, kind=Kind.TAKE, read_at=None).update(
            read_at=timezone.now()
        )
    _tell(dict.fromkeys(people, kind), take=verdict.take, verdict=verdict, by=verdict.by, guest=verdict.guest)


def links_paused(project: int, *, maker: int | None) -> None:
    """Notify the owners of a project, or the administrators if it has none, that the share links of this user are
    paused. Owners with an unread notification are not notified again."""
    owners = User.objects.filter(memberships__project=project, memberships__role__in=OWNERS, is_active=True)
    people = owners if owners.exists() else User.objects.filter(is_superuser=True, is_active=True)
    unread = Notification.objects.filter(
        kind=Kind.LINKS, project=project, by=maker, read_at__isnull=True
    ).values("to")
    rows = [
        Notification(to=person, kind=Kind.LINKS, project_id=project, by_id=maker)
        for person in people.exclude(pk__in=unread).exclude(pk=maker or 0).order_by("pk")
    ]
    if rows:
        Notification.objects.bulk_create(rows)
        transaction.on_commit(lambda: async_task(MAIL), robust=True)


def announce() -> int:
    """Tell of the takes that came home since the last time, some hundreds at most; how many they were."""
    new = Take.objects.filter(announced_at__isnull=True).select_related("job__answers", "project")
    takes = list(new.order_by("pk")[:PIECE])
    for take in takes:
        _announce(take)
    return len(takes)


@transaction.atomic
def _announce(take: Take) -> None:
    """Done twice by two workers it tells once; a take that was decided on meanwhile waits for nobody, and of one that
    was abandoned nobody is told. Who decided has seen it."""
    if take.job.abandoned_at is None:
        deciders = take.project.memberships.filter(role__in=DECIDERS).values_list("user_id", flat=True)
        reasons = dict.fromkeys(deciders if take.review == Take.Review.WAITING else (), Kind.TAKE)
        if take.job.answers and take.job.answers.author_id:
            reasons[take.job.answers.author_id] = Kind.ANSWERED
        for person in (take.job.created_by_id, *take.verdicts.values_list("by_id", flat=True)):
            reasons.pop(person, None)
        _tell(reasons, take=take, by=take.job.created_by)
    Take.objects.filter(pk=take.pk).update(announced_at=timezone.now())


def _speakers_of(root: Note | None) -> set[int | None]:
    """The authors of a thread."""
    if root is None:
        return set()
    return {root.author_id, *root.replies.values_list("author_id", flat=True)}


def _host_of(spoken: Note | Verdict) -> set[int | None]:
    """Who made the link through which the guest came."""
    if spoken.guest_id is None:
        return set()
    return set(ShareLink.objects.filter(guests=spoken.guest_id).values_list("created_by_id", flat=True))


def _tell(reasons: Mapping[int, Kind], *, take: Take, **of: object) -> None:
    people = _who_may_see(take.project_id, reasons)
    rows = [
        Notification(to_id=person, kind=reasons[person], project_id=take.project_id, take=take, **of)
        for person in people
    ]
    if rows:
        Notification.objects.bulk_create(rows, ignore_conflicts=True)
        transaction.on_commit(lambda: async_task(MAIL), robust=True)


def _who_may_see(project: int, people: Iterable[int]) -> list[int]:
    """Those of them who have an account that is open and are in the project, or see everything."""
    inside = Q(is_superuser=True) | Q(memberships__project=project)
    found = User.objects.filter(inside, pk__in=list(people), is_active=True)
    return list(found.order_by("pk").values_list("pk", flat=True).distinct())
