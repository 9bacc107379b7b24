"""The composer: a price before sending, problems beside their fields, nothing typed is lost, sent twice made once."""

import pytest
from django.test import Client
from django.utils.html import escape

from generation.composition.problems import ProblemCode, RuleCode
from generation.models import Job, LedgerEntry, Shot
from library.models import Project
from tests import factories
from tests.generation.views.compose.composing import codes
from tests.generation.views.conftest import composed

HTMX = {"HX-Request": "true"}


@pytest.fixture
def address(project: Project) -> str:
    return f"/projects/{project.slug}/new/"


def test_the_price_is_there_before_anything_is_typed(as_alice: Client, address: str) -> None:
    page = as_alice.get(address)
    assert (page.context["errors"], page.context["composition"].estimate_usd) == (
        0,
        5 * page.context["composition"].price_per_second,
    )
    assert "$0.32" in page.content.decode()
    assert "5 s × $0.064" in page.content.decode()


def test_generate_queues_one_job_and_shows_it(as_alice: Client, address: str) -> None:
    answer = as_alice.post(address, composed(prompt="  a harbour\nat dusk ", duration="4", shot="020"))
    job = Job.objects.get()
    assert answer.headers["Location"] == job.get_absolute_url()
    assert (job.status, job.prompt, job.duration, job.shot.code) == (
        "queued",
        "  a harbour\nat dusk ",
        4,
        "020",
    )
    assert str(job.ledger.estimate_usd) == "0.2560"


def test_a_form_that_is_sent_twice_makes_one_job(as_alice: Client, address: str) -> None:
    form = composed(shot="020")
    answers = [as_alice.post(address, form) for _ in range(3)]
    assert {answer.headers["Location"] for answer in answers} == {Job.objects.get().get_absolute_url()}
    assert Shot.objects.count() == 1


def test_each_empty_form_has_a_key_of_its_own(as_alice: Client, address: str) -> None:
    keys = {as_alice.get(address).context["form"]["form_key"].value() for _ in range(3)}
    assert len(keys) == 3


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"prompt": ""}, "prompt", "required"),
        ({"prompt": "  \n "}, "prompt", RuleCode.PROMPT_EMPTY),
        ({"prompt": "@Nobody waves"}, "prompt", ProblemCode.UNKNOWN_HANDLE),
        ({"prompt": "word " * 6000}, "prompt", RuleCode.PROMPT_TOO_LONG),
        ({"duration": "2"}, "duration", RuleCode.DURATION_OUT_OF_RANGE),
        ({"duration": "16"}, "duration", RuleCode.DURATION_OUT_OF_RANGE),
        ({"duration": "five"}, "duration", "invalid"),
        ({"duration": ""}, "duration", "required"),
        ({"resolution": "8k"}, "resolution", "invalid_choice"),
        ({"model": "other"}, "model", "invalid_choice"),
        ({"shot": "a code that is far too long"}, "shot", "max_length"),
    ],
)
def test_an_invalid_form_keeps_the_input_and_reports_the_field(
    as_alice: Client, address: str, changes: dict[str, str], field: str, code: str
) -> None:
    typed = composed(shot="020") | changes
    page = as_alice.post(address, typed)
    assert (page.status_code, Job.objects.count(), Shot.objects.count()) == (422, 0, 0)
    assert codes(page) == {field: [code]}
    form = page.context["form"]
    assert {name: form[name].value() for name in typed} == typed | {"prompt_optimizer": True}
    assert escape(typed["prompt"]) in page.content.decode()


def test_all_problems_are_reported_at_once(as_alice: Client, address: str) -> None:
    page = as_alice.post(address, composed(prompt="@Nobody and @Noone", duration="99"))
    assert {name: len(found) for name, found in codes(page).items()} == {"prompt": 2, "duration": 1}
    assert page.context["errors"] == 3


def test_a_passed_budget_is_refused_with_the_figures(
    as_alice: Client, address: str, project: Project
) -> None:
    Project.objects.update(budget_usd="0.30")
    page = as_alice.post(address, composed())
    assert (page.status_code, Job.objects.count()) == (422, 0)
    message = page.context["problems"]["other"][0].message
    assert ("$0.32" in message, "$0.30" in message) == (True, True)


def test_the_check_says_price_and_problems_and_makes_nothing(as_alice: Client, address: str) -> None:
    answer = as_alice.post(f"{address}check/", composed(prompt="@Nobody", resolution="720p"), headers=HTMX)
    seen = answer.content.decode()
    assert (answer.status_code, Job.objects.count(), LedgerEntry.objects.count()) == (200, 0, 0)
    assert codes(answer) == {"prompt": [ProblemCode.UNKNOWN_HANDLE]}
    assert ("$0.44" in seen, "<html" in seen) == (True, False)


def test_the_check_without_a_script_answers_the_whole_page(as_alice: Client, address: str) -> None:
    page = as_alice.post(f"{address}check/", composed(prompt="@Nobody"))
    assert codes(page) == {"prompt": [ProblemCode.UNKNOWN_HANDLE]}
    assert "<html" in page.content.decode()


def test_an_empty_prompt_is_not_an_error_yet(as_alice: Client, address: str) -> None:
    answer = as_alice.post(f"{address}check/", composed(prompt="", resolution="1080p"), headers=HTMX)
    assert (answer.context["errors"], "$1.10" in answer.content.decode()) == (0, True)


def test_an_unreadable_setting_leaves_the_price_open(as_alice: Client, address: str) -> None:
    answer = as_alice.post(f"{address}check/", composed(duration="x"), headers=HTMX)
    assert (answer.status_code, answer.context["composition"]) == (200, None)


@pytest.mark.usefixtures("s3")
def test_the_page_says_what_the_model_gets(as_alice: Client, address: str, project: Project) -> None:
    alice = project.memberships.get(role="owner").user
    factories.asset(alice, handle="Mara", pictures=2)
    answer = as_alice.post(f"{address}check/", composed(prompt="@mara waves"), headers=HTMX)
    seen = answer.content.decode()
    assert [found.handle for found in answer.context["composition"].references] == ["Mara"]
    assert answer.context["request_json"].count("http://") == 2
    assert ("X-Amz-Signature" in answer.context["request_json"], "Omni" in seen) == (False, True)


@pytest.mark.usefixtures("s3")
def test_handles_of_the_project_come_first_and_none_kept_to_another(
    as_alice: Client, address: str, project: Project
) -> None:
    alice = project.memberships.get(role="owner").user
    factories.asset(alice, handle="Mara", project=project)
    factories.asset(alice, handle="Tom")
    factories.asset(alice, handle="Hum", project=factories.project(alice))
    factories.asset(alice, handle="Kept", is_shared=False, project=factories.project(alice))
    context = as_alice.get(address).context
    assert [asset.handle for asset in context["own_assets"]] == ["Mara"]
    assert [asset.handle for asset in context["other_assets"]] == ["Hum", "Tom"]


def test_a_form_can_start_from_an_earlier_job(as_alice: Client, address: str, project: Project) -> None:
    alice = project.memberships.get(role="owner").user
    job = factories.job(alice, project, prompt="a ferry", duration=9, status=Job.Status.FAILED)
    initial = as_alice.get(address, {"from": str(job.uuid)}).context["form"].initial
    assert (initial["prompt"], initial["duration"]) == ("a ferry", 9)
    assert initial["form_key"] != job.form_key


@pytest.mark.parametrize("unknown", ["", "nonsense", "5382ef63-156d-4e92-abc8-9bdcae44ccdf"])
def test_an_unknown_start_is_an_empty_form(as_alice: Client, address: str, unknown: str) -> None:
    assert as_alice.get(address, {"from": unknown}).context["form"].initial["prompt"] == ""
