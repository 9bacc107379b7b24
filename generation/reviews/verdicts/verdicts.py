"""Verdicts: what is decided on takes, by whom, and what that comes to.

`Take.review` follows from the verdicts that stand and from the number of approvals that the project asks for. Whatever
changes one of them holds the project's row, so that verdicts given at once are counted one after the other. Looking up
who may decide is the caller's.
"""

from collections.abc import Collection, Iterable
from contextlib import suppress

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from generation.models import Guest, Note, Production, Take, Verdict
from generation.reviews.notes import notes
from generation.reviews.notifications import notify
from library.models import Project
from library.models.projects import DECIDERS
from library.text import visible

MAX_LETTERS = 2000

Decision, Review = Verdict.Decision, Take.Review
WHY = {
    Decision.CHANGES: "Say what should change: whoever makes the next take has to know.",
    Decision.REJECTED: "Say why it is rejected: whoever made it has to know.",
}


class CannotDecide(Exception):
    """Nothing was decided. The message is a sentence for people; `field` is what to change, where that helps."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@transaction.atomic
def decide(
    take: Take, *, decision: str, by: User | None = None, guest: Guest | None = None, reason: str = ""
) -> Verdict:
    """A member's verdict, which counts instead of their earlier one, or a guest's advice, which does not count.

    The same said again is the verdict given before. `take.review` is what it comes to. Raises CannotDecide.
    """
    said = _checked_reason(decision, reason, needed=guest is None)
    _hold(take.project_id)
    known = take.verdicts.filter(by=by, guest=guest).order_by("-pk").first()
    if known and known.withdrawn_at is None and (known.decision, known.reason) == (decision, said):
        given = known
    else:
        given = Verdict.objects.create(take=take, by=by, guest=guest, decision=decision, reason=said)
        notify.verdict_given(given)
    if guest is None:
        # Also for what was said before: whoever objected to it may have left since.
        _let_lapse(take, by=by)
        _recount(take, by=by)
    else:
        take.refresh_from_db(fields=["review"])
    return given


@transaction.atomic
def withdraw(take: Take, *, by: User) -> None:
    """Take back one's own verdict; what was said before it does not count again. Raises CannotDecide."""
    _hold(take.project_id)
    latest = take.verdicts.filter(by=by).order_by("-pk").first()
    if latest is None or latest.withdrawn_at is not None:
        raise CannotDecide(f"You have no verdict on {take} to take back.")
    Verdict.objects.filter(pk=latest.pk).update(withdrawn_at=timezone.now())
    _recount(take, by=by)


@transaction.atomic
def ask_for(project: Project, *, approvals: int, by: User | None) -> None:
    """So many people have to approve a take of this project from now on: its takes are counted anew."""
    _hold(project.pk)
    Production.objects.update_or_create(project=project, defaults={"approvals_needed": approvals})
    for take in project.takes.filter(verdicts__decision=Decision.APPROVED).distinct():
        _recount(take, by=by)


def standing(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Of the verdicts on one take those that count: each member's latest one, unless it was taken back."""
    latest = {verdict.by_id: verdict for verdict in sorted(verdicts, key=lambda one: one.pk) if verdict.by_id}
    return [verdict for verdict in latest.values() if verdict.withdrawn_at is None]


def approvals_needed(project_id: int) -> int:
    """How many people have to approve a take of this project."""
    known = Production.objects.filter(project=project_id).values_list("approvals_needed", flat=True)
    return known.first() or 1


def come_to(decisions: Collection[str], *, needed: int) -> Take.Review:
    """What verdicts come to: one that objects outweighs any number that approve."""
    if Decision.REJECTED in decisions:
        return Review.REJECTED
    if Decision.CHANGES in decisions:
        return Review.CHANGES
    approved = sum(decision == Decision.APPROVED for decision in decisions)
    return Review.APPROVED if approved >= needed else Review.WAITING


def _let_lapse(take: Take, *, by: User | None) -> None:
    """Objections of those who may not decide any more (who left, or only look by now) give way to the next word of
    somebody else: nobody could take them back, and the take would be blocked for good. Approvals stay."""
    given = standing(take.verdicts.exclude(by=by))
    objecting = {one.by_id: one.pk for one in given if one.by_id and one.decision != Decision.APPROVED}
    if not objecting:
        return
    decides = Q(is_superuser=True) | Q(memberships__project=take.project_id, memberships__role__in=DECIDERS)
    present = User.objects.filter(decides, pk__in=objecting, is_active=True).values_list("pk", flat=True)
    lapsed = [objecting[person] for person in objecting.keys() - set(present)]
    Verdict.objects.filter(pk__in=lapsed).update(withdrawn_at=timezone.now())


def _recount(take: Take, *, by: User | None) -> None:
    """Write what the verdicts come to. Becoming approved resolves the note that the take answers, and ceasing to be so
    opens it again, unless another answer is approved."""
    before = Take.objects.values_list("review", flat=True).get(pk=take.pk)
    decisions = [verdict.decision for verdict in standing(take.verdicts.all())]
    take.review = come_to(decisions, needed=approvals_needed(take.project_id))
    if take.review == before:
        return
    Take.objects.filter(pk=take.pk).update(review=take.review)
    if take.review == Review.APPROVED:
        _resolve_asked(take, by=by)
    elif before == Review.APPROVED:
        for note in Note.objects.filter(resolved_by_take=take, deleted_at__isnull=True):
            # Deleted this moment: there is nothing to open.
            with suppress(notes.CannotNote):
                _open_again(note)


def _resolve_asked(take: Take, *, by: User | None) -> None:
    asked = Note.objects.filter(followup_jobs=take.job_id).select_related("parent").first()
    root = asked and (asked.parent or asked)
    if root and root.deleted_at is None and root.resolved_at is None:
        with suppress(notes.CannotNote):
            notes.resolve(root, by=by, take=take)


def _open_again(note: Note) -> None:
    """Unless another approved take answers the thread too: then that one has resolved it."""
    answering = Q(job__for_note=note) | Q(job__for_note__parent=note)
    other = Take.objects.wanted().filter(answering, review=Review.APPROVED).order_by("-pk").first()
    if other:
        notes.keep_resolved(note, take=other)
    else:
        notes.reopen(note)


def _hold(project_id: int) -> None:
    """Wait for the turn. References to the project may still be written: they do not need the whole row."""
    Project.objects.select_for_update(no_key=True).get(pk=project_id)


def _checked_reason(decision: str, reason: str, *, needed: bool) -> str:
    if decision not in Decision.values:
        raise CannotDecide("Choose approved, changes requested or rejected.", "decision")
    said = visible(reason.replace("\r\n", "\n").replace("\0", ""))
    if needed and not said and decision in WHY:
        raise CannotDecide(WHY[Decision(decision)], "reason")
    if len(said) > MAX_LETTERS:
        raise CannotDecide(
            f"The reason has {len(said):,} characters; {MAX_LETTERS:,} are the most. Shorten it.", "reason"
        )
    return said
