"""The ledger's page and its export: exact figures, only what one may see, nothing that a spreadsheet would run."""

import csv
import io
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from generation.models import Job, LedgerEntry, Shot
from library.models import Project
from tests import factories
from tests.generation.ledger.conftest import Spend, spend
from tests.generation.views.conftest import Visit, composed

__all__ = ["spend"]
TABS = ["project", "shot", "person", "month", "model", "job", "difference"]


def rows_of(answer: Any) -> list[dict[str, str]]:
    text = b"".join(answer.streaming_content).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_it_says_what_it_is_for_when_there_is_no_money(as_alice: Client) -> None:
    assert b'class="empty"' in as_alice.get("/ledger/").content


@pytest.mark.parametrize("address", ["/", "/projects/", "/projects/harbour-lights/"])
def test_ways_lead_to_it(as_alice: Client, spend: Spend, address: str) -> None:
    spend("0.32")
    page = as_alice.get(address).content.decode()
    assert '<a class="button button-quiet" href="/ledger/">' in page
    assert page.count('href="/ledger/') == 2


@pytest.mark.parametrize("by", TABS)
def test_each_tab_tells_the_same_money(as_alice: Client, spend: Spend, by: str) -> None:
    spend("0.4480", cost="0.4907")
    spend("1.25", "estimated")
    page = as_alice.get("/ledger/", {"by": by}).content.decode()
    assert page.count("$0.4907") >= 2
    assert "$1.25" in page
    assert 'class="plot-drawing"' in page
    assert " style=" not in page


def test_a_job_settled_by_its_estimate_is_named(as_alice: Client, spend: Spend) -> None:
    spend("0.32")
    assert "at the estimate: no cost was reported" in as_alice.get("/ledger/?by=job").content.decode()
    assert as_alice.get("/ledger/?by=difference").context["comparison"].unreported_jobs == 1


def test_a_difference_is_told_with_its_sign(as_alice: Client, spend: Spend) -> None:
    spend("0.32", cost="0.384")
    spend("0.64", cost="0.32")
    page = as_alice.get("/ledger/?by=difference").content.decode()
    assert "+$0.064" in page
    assert "−$0.32" in page


def test_a_stranger_s_money_is_not_in_it(visit: Visit, spend: Spend, charlie: User) -> None:
    spend("0.32", prompt="the harbour's secret")
    browser = visit("charlie")
    for address in [
        *(f"/ledger/?by={tab}" for tab in TABS),
        "/ledger/?project=harbour-lights",
        "/ledger/?person=alice",
    ]:
        page = browser.get(address).content.decode()
        assert "0.32" not in page
        assert "Harbour Lights" not in page
        assert "secret" not in page
        assert "alice" not in page.replace("?person=alice", "")
    assert rows_of(browser.get("/ledger/jobs.csv")) == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("since=soon", "since"),
        ("since=0001-01", "since"),
        ("until=9999-12", "until"),
        ("since=2026-11&until=2026-10", "until"),
        ("project=nowhere", "project"),
        ("person=%00", "person"),
    ],
)
def test_a_choice_that_cannot_be_read_is_refused_and_kept(
    as_alice: Client, spend: Spend, query: str, field: str
) -> None:
    spend("0.32")
    answer = as_alice.get(f"/ledger/?{query}")
    page = answer.content.decode()
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert "$0.32" not in page
    assert as_alice.get(f"/ledger/jobs.csv?{query}").url.startswith("/ledger/?")


@pytest.mark.parametrize(
    "odd", ["by=nothing", "by=%00", "before=x", "before=99999999999999999999", "by=job&before=0"]
)
def test_an_odd_address_is_answered(as_alice: Client, spend: Spend, odd: str) -> None:
    spend("0.32")
    assert as_alice.get(f"/ledger/?{odd}").status_code == 200


def test_months_narrow_the_page_and_the_export(as_alice: Client, spend: Spend) -> None:
    spend("0.32", on="2026-10-31")
    spend("0.64", on="2026-11-01")
    page = as_alice.get("/ledger/?since=2026-11&until=2026-11")
    assert str(page.context["totals"].settled) == "0.6400"
    assert b'value="2026-11"' in page.content
    [row] = rows_of(as_alice.get("/ledger/jobs.csv?since=2026-11"))
    assert row["booked_usd"] == "0.6400"


def test_jobs_come_in_pages(as_alice: Client, alice: User, project: Project) -> None:
    for _ in range(51):
        factories.job(alice, project)
    first = as_alice.get("/ledger/?by=job").context
    second = as_alice.get(f"/ledger/?by=job&before={first['next']}").context
    assert (len(first["entries"]), len(second["entries"]), second["next"]) == (50, 1, None)


@pytest.mark.parametrize("by", TABS)
def test_it_costs_the_same_however_much_there_is(
    as_alice: Client, alice: User, project: Project, spend: Spend, by: str
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert as_alice.get("/ledger/", {"by": by}).status_code == 200
        return len(asked)

    def fill(number: int) -> None:
        shot = Shot.objects.create(project=project, code=f"{number:03}")
        other = factories.project(alice)
        spend("1", cost="2", shot=shot, on=f"2026-0{number}-01")
        spend("1", cost="2", project=other, by=factories.person(f"person-{number}"))

    fill(1)
    one = queries()
    for number in range(2, 7):
        fill(number)
    assert queries() == one <= 14


# The export


def test_the_export_has_every_figure_of_every_job(as_alice: Client, project: Project, spend: Spend) -> None:
    shot = Shot.objects.create(project=project, code="020")
    spend("0.4480", cost="0.4907", shot=shot, status=Job.Status.SUCCEEDED, task_id="task_1")
    spend("0.32")
    spend("0.1", "refunded")
    answer = as_alice.get("/ledger/jobs.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith('attachment; filename="ledger-')
    given_back, by_estimate, settled = rows_of(answer)
    job = LedgerEntry.objects.order_by("pk").first().job
    assert settled == {
        "queued_at": "2026-11-03 12:00:00", "project": "Harbour Lights", "shot": "020", "person": "alice",
        "job": str(job.uuid), "model": "skyreels-v4-fast", "resolution": "480p", "billed_seconds": "5",
        "state": "settled", "estimate_usd": "0.4480", "reported_usd": "0.4907", "booked_usd": "0.4907",
        "settled_by": "reported cost", "provider_task": "task_1",
    }  # fmt: skip
    assert (by_estimate["settled_by"], by_estimate["reported_usd"]) == ("estimate", "")
    assert (given_back["state"], given_back["booked_usd"]) == ("refunded", "0.0000")


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_no_cell_is_a_formula(as_alice: Client, project: Project, spend: Spend, start: str) -> None:
    Project.objects.filter(pk=project.pk).update(name=f'{start}, a "film"\nof lines')
    spend("0.32", shot=Shot.objects.create(project=project, code=start[:20]))
    [row] = rows_of(as_alice.get("/ledger/jobs.csv"))
    assert (row["project"], row["shot"]) == (f'\'{start}, a "film"\nof lines', f"'{start}")
    assert row["person"] == "alice"


def test_the_export_reads_in_chunks(
    as_alice: Client, alice: User, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("generation.ledger.csv_export.CHUNK", 2)
    made = [str(factories.job(alice, project).uuid) for _ in range(5)]
    assert [row["job"] for row in rows_of(as_alice.get("/ledger/jobs.csv"))] == made[::-1]


# Budgets


@pytest.fixture
def ten(project: Project) -> Project:
    """The project with ten dollars."""
    project.budget_usd = 10
    project.save()
    return project


def test_an_owner_chooses_when_to_be_warned(as_alice: Client, ten: Project, spend: Spend) -> None:
    spend("4.5")
    spend("1", "estimated")
    assert b"warning threshold" not in as_alice.get("/projects/harbour-lights/").content
    typed = {"name": ten.name, "budget_usd": "10", "warn_at": "55"}
    assert as_alice.post("/projects/harbour-lights/edit/", typed).status_code == 302
    page = as_alice.get("/projects/harbour-lights/").content.decode()
    assert "55% of the budget is spent or reserved, past the warning threshold of 55%." in page
    assert 'value="55"' in as_alice.get("/projects/harbour-lights/edit/").content.decode()
    as_alice.post("/projects/harbour-lights/edit/", typed | {"warn_at": ""})
    assert ten.production.warn_at == 55


@pytest.mark.parametrize("wrong", ["0", "101", "half"])
def test_a_threshold_that_is_none_is_refused(as_alice: Client, ten: Project, wrong: str) -> None:
    answer = as_alice.post("/projects/harbour-lights/edit/", {"name": "Other", "warn_at": wrong})
    ten.refresh_from_db()
    assert (answer.status_code, ten.name) == (422, "Harbour Lights")


def test_home_tells_owners_of_a_budget_that_is_nearly_used(visit: Visit, ten: Project, spend: Spend) -> None:
    spend("8.1")
    told = "81% of the budget of $10.00 is spent or reserved; $1.90 is left."
    assert told in visit("alice").get("/").content.decode()
    assert told not in visit("bob").get("/").content.decode()
    spend("2")
    assert "The budget of $10.00 is used up" in visit("alice").get("/").content.decode()


def test_the_composer_warns_of_what_the_take_would_use(as_alice: Client, ten: Project, spend: Spend) -> None:
    address, typed = "/projects/harbour-lights/new/check/", composed()
    spend("7.6", "estimated")
    assert b"price-warning" not in as_alice.post(address, typed).content
    spend("0.08")
    assert "This brings the budget to 80% used." in as_alice.post(address, typed).content.decode()
    spend("2.2")
    page = as_alice.post(address, typed).content.decode()
    assert "price-warning" not in page
    assert "only $0.12 of the project" in page.replace("&#x27;", "'")
