"""Jobs that need attention: what is at risk, and the decisions that make sense for each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from generation.lifecycle.held import resolve
from generation.lifecycle.held.held_jobs import (
    Action,
    AttentionReason,
    attention_reason,
    available_actions,
    usd_at_risk,
)
from generation.lifecycle.queue.enqueue import CannotQueue, NotPossible
from generation.models import Job
from generation.templatetags.money import usd
from generation.views.shared.access import Request, job_to_edit
from generation.views.shared.pagination import page_of
from library.models.projects import AnyUser

PAGE_SIZE = 30
MAX_COUNTED = MAX_AT_ONCE = 100


class Requery(NamedTuple):
    """The button that queries the provider again, for one job and for all of a group, and what it does."""

    label: str | Promise
    label_for_all: str | Promise
    hint: str | Promise


EXPLANATIONS: dict[AttentionReason, str | Promise] = {
    AttentionReason.SENT: gettext_lazy(
        "The connection broke or a worker stopped while the request was being sent. The provider may be rendering it, "
        "and charging for it, as a task that is not known here."
    ),
    AttentionReason.TASK: gettext_lazy(
        "The provider accepted the job, but then did not know its own task or gave no video."
    ),
    AttentionReason.VIDEO: gettext_lazy(
        "The render is finished and paid for, but its video could not be downloaded, opened or stored."
    ),
    AttentionReason.LATE: gettext_lazy(
        "These renders take far longer than usual. They are checked less often, and are stored automatically once they "
        "are done. Renders at another provider are checked again when that provider is configured again."
    ),
    AttentionReason.UNSENT: gettext_lazy(
        "Workers stopped before they sent these jobs. The provider has not received them."
    ),
}
REQUERIES = {
    AttentionReason.SENT: Requery(
        gettext_lazy("Send again with the same key"),
        gettext_lazy("Send all again with the same key"),
        gettext_lazy("The provider accepts the same request with the same key only once."),
    ),
    AttentionReason.TASK: Requery(
        gettext_lazy("Check again"),
        gettext_lazy("Check all again"),
        gettext_lazy("Checks the task's status at the provider."),
    ),
    AttentionReason.VIDEO: Requery(
        gettext_lazy("Download again"),
        gettext_lazy("Download all again"),
        gettext_lazy("If the link has expired, a new one is requested from the provider."),
    ),
    AttentionReason.LATE: Requery(
        gettext_lazy("Check now"),
        gettext_lazy("Check all now"),
        gettext_lazy(
            "Checks the task's status at the provider without waiting for the next scheduled check."
        ),
    ),
    AttentionReason.UNSENT: Requery(
        gettext_lazy("Queue again"),
        gettext_lazy("Queue all again"),
        gettext_lazy("The job is sent when it is its turn."),
    ),
}


@dataclass(frozen=True)
class HeldJobRow:
    """A job that needs attention. `actions` is empty for users with read-only access; `error` says why the last
    decision was refused, and `typed` is the task id that it had."""

    job: Job
    reason: AttentionReason
    actions: list[Action]
    second: Job | None
    error: str = ""
    typed: str = ""

    @property
    def risk(self) -> str:
        """Return the money at risk as text."""
        amount = usd_at_risk(self.job)
        if not amount:
            return _("nothing")
        if self.reason is AttentionReason.VIDEO:
            text = _("%(usd)s may be lost")
        elif self.second:
            text = _("up to %(usd)s may be paid twice")
        else:
            text = _("up to %(usd)s may be lost")
        return text % {"usd": usd(amount)}

    @property
    def requery(self) -> Requery:
        return REQUERIES[self.reason]


@dataclass(frozen=True)
class Group:
    """Jobs that need attention for the same reason."""

    reason: AttentionReason
    rows: list[HeldJobRow]

    @property
    def explanation(self) -> str:
        return str(EXPLANATIONS[self.reason])

    @property
    def requery_all(self) -> str:
        """Return the label of the button that queries the provider about all of them; empty for fewer than two."""
        is_several = sum(Action.REQUERY in row.actions for row in self.rows) > 1
        return str(REQUERIES[self.reason].label_for_all) if is_several else ""


@dataclass(frozen=True)
class Refusal:
    """A decision that could not be carried out; nothing was changed."""

    job: Job
    text: str
    typed: str = ""


@require_safe
def held(request: Request) -> HttpResponse:
    """List the held and late jobs of the projects that the user may see."""
    return _list(request)


@require_POST
def held_ask(request: Request) -> HttpResponse:
    """Query the provider about all jobs with the posted reason, up to a hundred at once, as after an outage."""
    rows = Job.objects.editable_by(request.user).needs_attention()
    wanted = request.POST.get("doubt")
    jobs = [
        job for job in rows if attention_reason(job) == wanted and Action.REQUERY in available_actions(job)
    ]
    count = resolve.requery_all(jobs[:MAX_AT_ONCE], by=request.user)
    if count:
        text = ngettext("%(count)d job continues.", "%(count)d jobs continue.", count)
        messages.success(request, text % {"count": count})
    else:
        messages.info(request, _("No job is left that can be continued. Nothing was changed."))
    return redirect("generation:held")


@require_POST
def job_resolve(request: Request, uuid: UUID) -> HttpResponse:
    """Carry out one decision. An error is shown beside the job, with what was typed."""
    found = job_to_edit(request, uuid)
    decide = DECISIONS.get(request.POST.get("action", ""), _no_action)
    try:
        messages.success(request, decide(request, found))
    except (NotPossible, CannotQueue) as refusal:
        return _list(request, Refusal(found, str(refusal), request.POST.get("task_id", "")[:200]))
    return redirect("generation:held")


def some_to_decide(user: AnyUser) -> QuerySet[Any, Any]:
    """Return the keys of the jobs that the user can decide about, `MAX_COUNTED` at most."""
    return Job.objects.editable_by(user).needs_attention().order_by().values("pk")[:MAX_COUNTED]


def _attach(request: Request, job: Job) -> str:
    task_id = request.POST.get("task_id", "").strip()
    resolve.attach(job, task_id, by=request.user)
    return _("%(job)s continues with task %(task)s.") % {"job": job, "task": task_id}


def _requery(request: Request, job: Job) -> str:
    resolve.requery(job, by=request.user)
    return _("%(job)s continues.") % {"job": job}


def _resubmit(request: Request, job: Job) -> str:
    if "agreed" not in request.POST:
        raise NotPossible(
            _("Confirm that the job may be paid for twice, then resubmit it. Nothing was changed.")
        )
    second = resolve.resubmit(job, by=request.user)
    text = _("Resubmitted as %(second)s. %(job)s stays held, with its amount, until you write it off.")
    return text % {"second": second, "job": job}


def _write_off(request: Request, job: Job) -> str:
    paid = {"yes": True, "no": False}.get(request.POST.get("paid", ""))
    if paid is None:
        raise NotPossible(_("Choose whether the job was paid for. Nothing was changed."))
    resolve.write_off(job, by=request.user, paid=paid)
    text = _("%(job)s was written off as paid.") if paid else _("%(job)s was written off as not paid.")
    return text % {"job": job}


def _no_action(request: Request, job: Job) -> str:
    raise NotPossible(_("Choose an action. Nothing was changed."))


DECISIONS: dict[str, Callable[[Request, Job], str]] = {
    Action.ATTACH: _attach,
    Action.REQUERY: _requery,
    Action.RESUBMIT: _resubmit,
    Action.WRITE_OFF: _write_off,
}


def _list(request: Request, refusal: Refusal | None = None) -> HttpResponse:
    jobs = Job.objects.visible_to(request.user).needs_attention().select_related("project", "shot")
    page = page_of(jobs, request.GET.get("before"), size=PAGE_SIZE)
    rows = _rows(request, page.items, refusal)
    groups = [Group(reason, [row for row in rows if row.reason is reason]) for reason in AttentionReason]
    context = {
        "groups": [group for group in groups if group.rows],
        "next": page.next,
        "before": request.GET.get("before"),
        "refusal": refusal if refusal and refusal.job not in page.items else None,
    }
    return render(request, "generation/jobs/held.html", context, status=409 if refusal else 200)


def _rows(request: Request, jobs: list[Job], refusal: Refusal | None) -> list[HeldJobRow]:
    shown = Job.objects.filter(pk__in=[job.pk for job in jobs])
    editable = set(shown.editable_by(request.user).values_list("pk", flat=True))
    seconds = _second_jobs(jobs)
    rows = []
    for job in jobs:
        reason, second = attention_reason(job), seconds.get(resolve.resubmit_key(job))
        if reason is None:
            continue
        actions = available_actions(job, is_resubmitted=second is not None) if job.pk in editable else []
        error, typed = ("", "") if refusal is None or refusal.job != job else (refusal.text, refusal.typed)
        rows.append(HeldJobRow(job, reason, actions, second, error, typed))
    return rows


def _second_jobs(jobs: list[Job]) -> Mapping[UUID, Job]:
    """Return the jobs that resubmit one of these, by form key."""
    keys = [resolve.resubmit_key(job) for job in jobs]
    seconds = Job.objects.filter(form_key__in=keys).only("form_key", "uuid", "status")
    return {job.form_key: job for job in seconds}
