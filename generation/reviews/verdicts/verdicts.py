"""Verdicts: decisions of reviewers on takes, and the review state that results from them.

`Take.review` follows from the verdicts that count and the number of approvals that the project needs. Every change of
either locks the project's row, so that simultaneous verdicts are counted one after the other. Callers check
permissions.
"""

from collections.abc import Collection, Iterable
from contextlib import suppress

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from generation.models import Guest, Note, Production, ReviewState, Take, Verdict
from generation.reviews.notes import notes
from generation.reviews.notifications import notify
from library.models import Project
from library.models.projects import DECIDERS
from library.text import visible

MAX_LENGTH = 2000


class CannotDecide(Exception):
    """Nothing was decided. The message is for users; `field` names the form field to correct, if any."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@transaction.atomic
def decide(
    take: Take, *, decision: str, by: User | None = None, guest: Guest | None = None, reason: str = ""
) -> Verdict:
    """Record a member's verdict, which replaces their earlier one, or a guest's advice, which does not count.

    A repeated verdict returns the existing one. Updates `take.review`. Raise CannotDecide.
    """
    text = _validated_reason(decision, reason, is_required=guest is None)
    _lock(take.project_id)
    verdict = take.verdicts.filter(by=by, guest=guest).order_by("-pk").first()
    if not (verdict and _is_same(verdict, decision, text)):
        verdict = Verdict.objects.create(take=take, by=by, guest=guest, decision=decision, reason=text)
        notify.verdict_given(verdict)
    if guest is None:
        # For a repeated verdict too: members who objected may have left since.
        _withdraw_lapsed_objections(take, by=by)
        _update_review(take, by=by)
    else:
        take.refresh_from_db(fields=["review"])
    return verdict


@transaction.atomic
def withdraw(take: Take, *, by: User) -> None:
    """Withdraw the user's verdict; an earlier one does not count again. Raise CannotDecide."""
    _lock(take.project_id)
    latest = take.verdicts.filter(by=by).order_by("-pk").first()
    if latest is None or latest.withdrawn_at is not None:
        raise CannotDecide(_("You have no verdict on %(take)s to withdraw.") % {"take": take})
    Verdict.objects.filter(pk=latest.pk).update(withdrawn_at=timezone.now())
    _update_review(take, by=by)


@transaction.atomic
def set_approvals_needed(project: Project, *, approvals: int, by: User | None) -> None:
    """Set the number of approvals that a take of this project needs, and recalculate all its takes."""
    _lock(project.pk)
    Production.objects.update_or_create(project=project, defaults={"approvals_needed": approvals})
    for take in project.takes.filter(verdicts__decision=ReviewState.APPROVED).distinct():
        _update_review(take, by=by)


def counting_verdicts(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Return the verdicts on one take that count: each member's latest one unless it was withdrawn."""
    latest = {verdict.by_id: verdict for verdict in sorted(verdicts, key=lambda one: one.pk) if verdict.by_id}
    return [verdict for verdict in latest.values() if verdict.withdrawn_at is None]


def approvals_needed(project_id: int) -> int:
    """Return the number of approvals that a take of this project needs."""
    known = Production.objects.filter(project=project_id).values_list("approvals_needed", flat=True)
    return known.first() or 1


def result_of(decisions: Collection[str], *, needed: int) -> ReviewState:
    """Return the result of the decisions: one objection outweighs any number of approvals."""
    if objections := [state for state in ReviewState if state.is_objection and state in decisions]:
        return objections[-1]
    approved = sum(decision == ReviewState.APPROVED for decision in decisions)
    return ReviewState.APPROVED if approved >= needed else ReviewState.WAITING


def _withdraw_lapsed_objections(take: Take, *, by: User | None) -> None:
    """Withdraw objections by users who may no longer decide, once another member gives a verdict.

    No other member could withdraw them, and the take would be blocked forever. Approvals stay.
    """
    counting = counting_verdicts(take.verdicts.exclude(by=by))
    objections = {
        one.by_id: one.pk for one in counting if one.by_id and ReviewState(one.decision).is_objection
    }
    if not objections:
        return
    decides = Q(is_superuser=True) | Q(memberships__project=take.project_id, memberships__role__in=DECIDERS)
    present = User.objects.filter(decides, pk__in=objections, is_active=True).values_list("pk", flat=True)
    lapsed = [objections[user] for user in objections.keys() - set(present)]
    Verdict.objects.filter(pk__in=lapsed).update(withdrawn_at=timezone.now())


def _update_review(take: Take, *, by: User | None) -> None:
    """Write the result of the verdicts. A take that becomes approved resolves the note it was made for; one that is
    approved no longer reopens it, unless another take for the note is approved."""
    before = Take.objects.values_list("review", flat=True).get(pk=take.pk)
    decisions = [verdict.decision for verdict in counting_verdicts(take.verdicts.all())]
    take.review = result_of(decisions, needed=approvals_needed(take.project_id))
    if take.review == before:
        return
    Take.objects.filter(pk=take.pk).update(review=take.review)
    if take.review == ReviewState.APPROVED:
        _resolve_note_of(take, by=by)
    elif before == ReviewState.APPROVED:
        for note in Note.objects.filter(resolved_by_take=take, deleted_at__isnull=True):
            # A note that was deleted at this moment has nothing to reopen.
            with suppress(notes.CannotSaveNote):
                _reopen_or_reassign(note)


def _resolve_note_of(take: Take, *, by: User | None) -> None:
    note = Note.objects.filter(followup_jobs=take.job_id).select_related("parent").first()
    root = note and (note.parent or note)
    if root and root.deleted_at is None and root.resolved_at is None:
        with suppress(notes.CannotSaveNote):
            notes.resolve(root, by=by, take=take)


def _reopen_or_reassign(note: Note) -> None:
    """Reopen a note, or record another approved take that was made for the thread as the one that resolves it."""
    made_for_thread = Q(job__for_note=note) | Q(job__for_note__parent=note)
    other = Take.objects.wanted().filter(made_for_thread, review=ReviewState.APPROVED).order_by("-pk").first()
    if other:
        notes.set_resolving_take(note, take=other)
    else:
        notes.reopen(note)


def _lock(project_id: int) -> None:
    """Serialise verdicts. Foreign keys to the project can still be written: `no_key` does not lock them out."""
    Project.objects.select_for_update(no_key=True).get(pk=project_id)


def _is_same(verdict: Verdict, decision: str, reason: str) -> bool:
    """Return whether a verdict that counts has this decision and reason."""
    return verdict.withdrawn_at is None and (verdict.decision, verdict.reason) == (decision, reason)


def _validated_reason(decision: str, reason: str, *, is_required: bool) -> str:
    if decision not in ReviewState.verdicts():
        raise CannotDecide(_("Choose one of the verdicts."), "decision")
    text = visible(reason.replace("\r\n", "\n").replace("\0", ""))
    missing = ReviewState(decision).texts.reason_missing
    if is_required and missing and not text:
        raise CannotDecide(str(missing), "reason")
    if len(text) > MAX_LENGTH:
        message = ngettext(
            "The reason has %(count)d character. The maximum is %(max)d.",
            "The reason has %(count)d characters. The maximum is %(max)d.",
            len(text),
        )
        raise CannotDecide(message % {"count": len(text), "max": MAX_LENGTH}, "reason")
    return text
