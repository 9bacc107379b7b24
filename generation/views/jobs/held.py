"""The held desk: everything that wants a person, what is at risk, and the decisions that make sense for each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from generation.lifecycle.held import resolve
from generation.lifecycle.held.held_jobs import Doubt, Way, at_risk, doubt_of, ways_of
from generation.lifecycle.queue.enqueue import CannotQueue, NotPossible
from generation.models import Job
from generation.templatetags.money import usd
from generation.views.shared.access import Request, job_to_edit
from generation.views.shared.pagination import page_of
from library.models.projects import AnyUser

SIZE = 30
MOST_COUNTED = MOST_AT_ONCE = 100
HAPPENED = {
    Doubt.SENT: "The request was on its way when the connection broke or a worker stopped. The provider may be "
    "rendering it, and charging for it, under a task that is not known here.",
    Doubt.TASK: "The provider took it, and then did not know its own task or named no video.",
    Doubt.VIDEO: "The render is finished and paid for, but its video could not be fetched, opened or stored.",
    Doubt.LATE: "These take far longer than such renders do. They are asked about more rarely, and come home by "
    "themselves whenever they are done; what another provider renders, once that is the configured one again.",
    Doubt.UNSENT: "Workers stopped before one of these was sent. The provider knows nothing of it.",
}
# What asking again comes to, and the word on its button.
ASKING = {
    Doubt.SENT: (
        "Ask with the same key",
        "The same request with the same key: the provider takes it once at most.",
    ),
    Doubt.TASK: ("Ask again", "The provider is asked about its task now."),
    Doubt.VIDEO: ("Fetch again", "If the link is dead, the provider is asked for a new one."),
    Doubt.LATE: ("Ask now", "The provider is asked without waiting for the next turn."),
    Doubt.UNSENT: ("Try to send it", "It goes back into the queue."),
}


@dataclass(frozen=True)
class Line:
    """A job that wants a person. `ways` is empty for who may only look."""

    job: Job
    doubt: Doubt
    ways: list[Way]
    again: Job | None
    refused: str = ""
    typed: str = ""

    @property
    def risk(self) -> str:
        """The money at risk, in words."""
        amount = at_risk(self.job)
        if not amount:
            return "nothing"
        if self.doubt is Doubt.VIDEO:
            return f"{usd(amount)} paid for nothing"
        return f"up to {usd(amount)} {'paid twice' if self.again else 'paid for nothing'}"

    @property
    def asking(self) -> tuple[str, str]:
        """The word on the button for asking again, and what it does."""
        return ASKING[self.doubt]


@dataclass(frozen=True)
class Group:
    """Jobs to which the same happened."""

    doubt: Doubt
    lines: list[Line]

    @property
    def happened(self) -> str:
        """In plain words."""
        return HAPPENED[self.doubt]

    @property
    def asking_all(self) -> str:
        """The word on the button for asking about all of them; empty where one would do."""
        several = sum(Way.ASK in line.ways for line in self.lines) > 1
        return f"{ASKING[self.doubt][0]}: all" if several else ""


@dataclass(frozen=True)
class Refusal:
    """A decision that could not be carried out: nothing was changed."""

    job: Job
    text: str
    typed: str = ""


@require_safe
def held(request: Request) -> HttpResponse:
    """All that is held or late in the projects that one may see."""
    return _desk(request)


@require_POST
def held_ask(request: Request) -> HttpResponse:
    """After an outage: ask about all to which the same happened, up to a hundred at once."""
    rows = Job.objects.editable_by(request.user).needs_attention()
    jobs = [job for job in rows if doubt_of(job) == request.POST.get("doubt") and Way.ASK in ways_of(job)]
    asked = resolve.ask_about(jobs[:MOST_AT_ONCE], by=request.user)
    if asked:
        messages.success(
            request, f"{asked} job{' goes' if asked == 1 else 's go'} on: the provider is asked now."
        )
    else:
        messages.info(request, "There is nothing to ask about any more. Nothing was changed.")
    return redirect("generation:held")


@require_POST
def job_resolve(request: Request, uuid: UUID) -> HttpResponse:
    """Carry out one decision. What is refused is told beside the job, with what was typed."""
    found = job_to_edit(request, uuid)
    decide = DECISIONS.get(request.POST.get("action", ""), _nothing)
    try:
        messages.success(request, decide(request, found))
    except (NotPossible, CannotQueue) as refusal:
        return _desk(request, Refusal(found, str(refusal), request.POST.get("task_id", "")[:200]))
    return redirect("generation:held")


def some_to_decide(user: AnyUser) -> QuerySet[Any, Any]:
    """The keys of the jobs that the user can decide about, as many as are counted."""
    return Job.objects.editable_by(user).needs_attention().order_by().values("pk")[:MOST_COUNTED]


def _attach(request: Request, job: Job) -> str:
    task_id = request.POST.get("task_id", "")
    resolve.attach(job, task_id, by=request.user)
    return f"{job} goes on with the task {task_id.strip()}."


def _ask(request: Request, job: Job) -> str:
    resolve.ask_again(job, by=request.user)
    return f"{job} goes on: the provider is asked now."


def _send(request: Request, job: Job) -> str:
    if "agreed" not in request.POST:
        raise NotPossible("Tick that it may be paid twice, then send it again. Nothing was changed.")
    made = resolve.send_again(job, by=request.user)
    return f"Sent again as {made}. {job} stays here with its amount until somebody knows what became of it."


def _write_off(request: Request, job: Job) -> str:
    paid = {"yes": True, "no": False}.get(request.POST.get("paid", ""))
    if paid is None:
        raise NotPossible("Say whether it was paid. Nothing was changed.")
    resolve.write_off(job, by=request.user, paid=paid)
    return f"{job} is written off as {'paid for nothing' if paid else 'not paid'}."


def _nothing(request: Request, job: Job) -> str:
    raise NotPossible("Choose what to do about it. Nothing was changed.")


DECISIONS: dict[str, Callable[[Request, Job], str]] = {
    Way.ATTACH: _attach,
    Way.ASK: _ask,
    Way.SEND: _send,
    Way.WRITE_OFF: _write_off,
}


def _desk(request: Request, refusal: Refusal | None = None) -> HttpResponse:
    rows = Job.objects.visible_to(request.user).needs_attention().select_related("project", "shot")
    page = page_of(rows, request.GET.get("before"), size=SIZE)
    lines = _lines(request, page.items, refusal)
    context = {
        "groups": [
            Group(doubt, found)
            for doubt in Doubt
            if (found := [line for line in lines if line.doubt is doubt])
        ],
        "next": page.next,
        "before": request.GET.get("before"),
        "refusal": refusal if refusal and refusal.job not in page.items else None,
    }
    return render(request, "generation/jobs/held.html", context, status=409 if refusal else 200)


def _lines(request: Request, jobs: list[Job], refusal: Refusal | None) -> list[Line]:
    shown = Job.objects.filter(pk__in=[job.pk for job in jobs])
    editable = set(shown.editable_by(request.user).values_list("pk", flat=True))
    again = _sent_again(jobs)
    lines = []
    for job in jobs:
        doubt, second = doubt_of(job), again.get(resolve.again_key(job))
        if doubt is None:
            continue
        ways = ways_of(job, sent_again=second is not None) if job.pk in editable else []
        told: dict[str, Any] = (
            {"refused": refusal.text, "typed": refusal.typed} if refusal and refusal.job == job else {}
        )
        lines.append(Line(job, doubt, ways, second, **told))
    return lines


def _sent_again(jobs: list[Job]) -> dict[UUID, Job]:
    """Form key -> the second job that was made for one of these."""
    keys = [resolve.again_key(job) for job in jobs]
    return {
        job.form_key: job for job in Job.objects.filter(form_key__in=keys).only("form_key", "uuid", "status")
    }
