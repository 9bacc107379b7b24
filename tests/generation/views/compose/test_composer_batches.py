"""Several takes in the composer, for one total that was agreed to."""

import pytest
from django.test import Client

from generation.composition import ProblemCode
from generation.models import Batch, Job, Shot
from library.models import Project
from tests.generation.views.compose.composing import COMPOSER, check, codes
from tests.generation.views.conftest import composed


def test_a_batch_is_made_once_its_total_was_agreed_to(editor: Client) -> None:
    typed = composed(prompt="{dawn|noon} at the pier", takes="3", shot="020")
    page = editor.post(COMPOSER, typed)
    assert (page.status_code, Job.objects.count(), Shot.objects.count()) == (422, 0, 0)
    assert page.context["needs_confirmation"]
    seen = page.content.decode()
    assert ('name="agreed" value="6:1.9200"' in seen, "$1.92" in seen) == (True, True)
    answer = editor.post(COMPOSER, typed | {"agreed": "6:1.9200"})
    batch = Batch.objects.get()
    assert answer.url == f"/batches/{batch.uuid}/"
    assert sorted(batch.jobs.values_list("prompt", "shot__code")) == [
        (f"{light} at the pier", "020") for light in ("dawn", "noon") for _ in range(3)
    ]


@pytest.mark.parametrize("agreed", ["5:1.9200", "6:1.00", "", "nonsense"])
def test_another_total_than_the_one_shown_makes_nothing(editor: Client, agreed: str) -> None:
    page = editor.post(COMPOSER, composed(takes="6", agreed=agreed))
    assert (page.status_code, Job.objects.count()) == (422, 0)


def test_a_batch_that_is_sent_twice_is_made_once(editor: Client) -> None:
    typed = composed(takes="2", agreed="2:0.6400")
    answers = {editor.post(COMPOSER, typed).url for _ in range(2)}
    assert (len(answers), Job.objects.count()) == (1, 2)


def test_prices_of_several_models_and_sizes_are_told_line_by_line(editor: Client) -> None:
    page = check(editor, takes="2", models=["skyreels-v4-std"], resolutions=["720p"])
    lines = [
        (line.count, line.model, line.resolution, f"{line.total:.2f}") for line in page.context["quote"].lines
    ]
    assert lines == [
        (2, "Fast", "480p", "0.64"),
        (2, "Fast", "720p", "0.88"),
        (2, "Standard", "480p", "0.88"),
        (2, "Standard", "720p", "1.12"),
    ]
    assert page.context["quote"].agreed == "8:3.5200"


def test_a_total_above_the_budget_is_told_before_anything_is_sent(editor: Client) -> None:
    Project.objects.update(budget_usd="1.00")
    page = check(editor, takes="4")
    assert codes(page) == {"other": [ProblemCode.OVER_LIMIT]}
    message = page.context["problems"]["other"][0].message
    assert ("$1.28" in message, "$1.00" in message) == (True, True)
    page = editor.post(COMPOSER, composed(takes="4", agreed="4:1.2800"))
    assert (page.status_code, list(codes(page)), Job.objects.count()) == (422, ["other"], 0)


def test_a_problem_of_a_batch_is_shown_once(editor: Client) -> None:
    page = editor.post(COMPOSER, composed(prompt="@nobody_yet", takes="3", agreed="3:0.9600"))
    assert (page.status_code, len(codes(page)["prompt"]), Job.objects.count()) == (422, 1, 0)
