"""That no way to queue a job can forget to ask: in the code, by the callers of the domain, and at run time."""

import ast
import inspect
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from generation import lifecycle
from generation.lifecycle.spending import checks
from generation.lifecycle.spending.checks import BeyondPermit, Permit, authorize
from generation.models import Job, LedgerEntry
from generation.sandbox.server import SandboxServer
from library.models import Project
from tests import factories
from tests.generation.spending.paths import CALLS, OWN_CALLS, PAGES, stage

CODE = Path(checks.__file__).parents[3]
# What queues jobs, as the code outside `lifecycle` calls it.
QUEUEING = {"create", "create_from", "create_batch", "retry", "send_again"}
# `GenerationPayload.queue` does it for both APIs.
BEHIND = {"queue"}
# Makes the demo's takes, on a fresh installation, by the same function.
NOT_A_REQUEST = {("generation.demo.create", "_ensure_job")}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for app in ("generation", "library", "config"):
        for path in (CODE / app).rglob("*.py"):
            name = ".".join(path.relative_to(CODE).with_suffix("").parts)
            yield name.removesuffix(".__init__"), ast.parse(path.read_text())


def functions(tree: ast.AST, within: str = "") -> Iterator[tuple[str, ast.AST]]:
    """The outermost functions, methods with the name of their class."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef):
            yield from functions(node, f"{node.name}.")
        elif isinstance(node, ast.FunctionDef):
            yield within + node.name, node


def called(node: ast.AST) -> Iterator[tuple[str, str]]:
    """What a piece of code calls: the name before the last dot, and the last name."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            before = call.func.value
            yield getattr(before, "id", getattr(before, "attr", "")), call.func.attr
        elif isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
            yield "", call.func.id


def callers() -> set[tuple[str, str]]:
    """Module and function of everything outside `lifecycle` that has jobs queued."""
    found = set()
    for module, tree in modules():
        if module.startswith("generation.lifecycle"):
            continue
        for function, node in functions(tree):
            for before, name in called(node):
                is_domain = before in {"lifecycle", "resolving"} and name in QUEUEING
                is_payload = before == "payload" and name in BEHIND
                if is_domain or is_payload:
                    found.add((module, function))
    return found


def test_every_caller_has_a_path(
    alice: User, bob: User, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each path of the table is walked, and the functions that it passes through are noted."""
    passed: set[tuple[str, str]] = set()

    def note_callers() -> None:
        for frame in inspect.stack():
            module = frame.frame.f_globals.get("__name__", "")
            passed.add((module, frame.frame.f_code.co_qualname.split(".<locals>")[0]))

    monkeypatch.setattr(checks, "_lock", note_callers)
    on = stage(bob, alice, project)
    for path in (PAGES | CALLS | OWN_CALLS).values():
        with transaction.atomic():
            assert path(on).status_code < 400
            transaction.set_rollback(True)
    assert callers() - passed == NOT_A_REQUEST


def test_one_module_writes_the_ledger_and_grants_permits() -> None:
    makers = {
        (module, f"{before}.{name}".strip("."))
        for module, tree in modules()
        for before, name in called(tree)
        if name in {"Permit", "LedgerEntry"}
        or (before in {"LedgerEntry", "ledger"} and name in {"create", "get_or_create", "update_or_create"})
    }
    assert makers == {("generation.lifecycle.spending.checks", "Permit")}
    writers = {
        module for module, _ in modules() if "LedgerEntry.objects.create" in _source(module) and module
    }
    assert writers == {"generation.lifecycle.spending.checks"}


def _source(module: str) -> str:
    path = CODE / module.replace(".", "/")
    return (path / "__init__.py" if path.is_dir() else path.with_suffix(".py")).read_text()


@pytest.mark.parametrize("status", [Job.Status.QUEUED])
def test_a_job_that_no_limit_counts_is_not_sent(
    alice: User, project: Project, sandbox: SandboxServer, status: Job.Status
) -> None:
    """As a path would leave it that forgot to ask."""
    job = Job.objects.create(
        created_by=alice,
        project=project,
        prompt="rain",
        plan={"prompt": "rain"},
        status=status,
        next_step_at=timezone.now(),
    )
    before = len(sandbox.tasks())
    lifecycle.submit_job(job.pk)
    job.refresh_from_db()
    assert (job.status, job.error_code, job.next_step_at) == (Job.Status.FAILED, "not_authorized", None)
    assert len(sandbox.tasks()) == before


def test_nor_one_whose_money_was_given_back(alice: User, project: Project, sandbox: SandboxServer) -> None:
    job = factories.job(alice, project, status=Job.Status.QUEUED, next_step_at=timezone.now())
    LedgerEntry.objects.filter(job=job).update(state=LedgerEntry.State.REFUNDED)
    lifecycle.submit_job(job.pk)
    job.refresh_from_db()
    assert job.error_code == "not_authorized"


def test_a_permit_is_for_what_was_authorized(alice: User, bob: User, project: Project) -> None:
    def charge(permit: Permit, by: User, estimate: str) -> None:
        values = {"prompt": "rain", "estimate_usd": Decimal(estimate)}
        permit.charge(Job.objects.create(created_by=by, project=project, **values))

    def granted() -> Permit:
        return authorize(by=alice, project=project, estimates=[Decimal("0.32"), Decimal("0.32")])

    with transaction.atomic():
        permit = granted()
        charge(permit, alice, "0.32")
        charge(permit, alice, "0.32")
        with pytest.raises(BeyondPermit):
            charge(permit, alice, "0")
        with pytest.raises(BeyondPermit):
            charge(granted(), alice, "0.65")
        with pytest.raises(BeyondPermit):
            charge(granted(), bob, "0.32")
    assert LedgerEntry.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_it_needs_a_transaction(alice: User, project: Project) -> None:
    with pytest.raises(transaction.TransactionManagementError):
        authorize(by=alice, project=project, estimates=[Decimal(1)])
