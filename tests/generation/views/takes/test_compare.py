"""Two takes side by side: who may see them, what tells them apart, what is offered."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client

from generation.models import JobReference, Shot, Take
from generation.views.takes.differences import PromptPart, Row, compare_prompts, differences
from library import ingest
from library.models import Asset, Project, Role
from tests import factories
from tests.generation.views.conftest import Visit, make_take

COMPARE = "/takes/compare/"


@pytest.fixture
def shot(project: Project) -> Shot:
    return Shot.objects.create(project=project, code="020")


@pytest.fixture
def pair(alice: User, project: Project, shot: Shot) -> tuple[Take, Take]:
    """A fast one and a final one of one shot."""
    first = make_take(alice, project, shot=shot, prompt="Mara waits at the quay, dusk")
    made = {"prompt": "Mara runs along the quay, dusk", "model": "skyreels-v4-std", "resolution": "1080p"}
    return first, make_take(alice, project, shot=shot, estimate_usd="1.4000", **made)


def address(*takes: Take) -> str:
    return f"{COMPARE}?" + "&".join(f"{name}={take.uuid}" for name, take in zip("ab", takes, strict=False))


def lines(left: Take, right: Take) -> dict[str, tuple[str, str]]:
    """Return the values that differ, except the prompt."""
    return {
        row.key: (row.cells[0].value, row.cells[1].value)
        for row in differences(*(Take.objects.get(pk=take.pk) for take in (left, right)))
        if row.differs and row.key != "prompt"
    }


def test_both_play_on_the_page_and_their_differences_are_told(
    as_alice: Client, pair: tuple[Take, Take]
) -> None:
    page = as_alice.get(address(*pair))
    seen = page.content.decode()
    assert (page.status_code, seen.count("<video")) == (200, 2)
    for text in ('data-side="a"', 'data-side="b"', 'class="differs"', "</span>waits at<"):
        assert text in seen, text
    assert "$1.08" in seen
    assert lines(*pair) == {
        "model": ("skyreels-v4-fast", "skyreels-v4-std"),
        "resolution": ("480p", "1080p"),
        "cost": (Decimal("0.32"), Decimal("1.40")),
    }


def test_a_take_has_nothing_that_tells_it_from_one_made_alike(alice: User, project: Project) -> None:
    assert lines(make_take(alice, project), make_take(alice, project)) == {}


@pytest.mark.parametrize(
    ("left", "right", "ours", "theirs"),
    [
        ("a red door", "a red door", [("a red door", False)], [("a red door", False)]),
        ("a red door", "a  red\ndoor", [("a red door", False)], [("a  red\ndoor", False)]),
        (
            "a red door, dusk", "a very blue door, dusk",
            [("a ", False), ("red", True), (" door, dusk", False)],
            [("a ", False), ("very blue", True), (" door, dusk", False)],
        ),
        ("@Mara waits", "@Tom waits", [("@Mara", True), (" waits", False)], [("@Tom", True), (" waits", False)]),
        ("", "new", [], [("new", True)]),
    ],
)  # fmt: skip
def test_words_that_only_one_prompt_has_are_marked(
    left: str, right: str, ours: list[tuple[str, bool]], theirs: list[tuple[str, bool]]
) -> None:
    assert compare_prompts(left, right) == (
        [PromptPart(*one) for one in ours],
        [PromptPart(*one) for one in theirs],
    )


def test_prompts_of_any_length_are_told_apart_in_time() -> None:
    left, right = "a b " * 9000, "b a " * 9000
    assert compare_prompts(left, right) == ([PromptPart(left, True)], [PromptPart(right, True)])


def test_references_are_told_with_their_versions(alice: User, project: Project, s3: None) -> None:
    mara, quay = (factories.asset(alice, handle=name, project=project) for name in ("Mara", "Quay"))
    old = mara.current_version
    ingest.add_version(mara, by=alice, media=[factories.media()])
    mara.refresh_from_db()
    takes = [make_take(alice, project) for _ in range(2)]
    for take, asset, version, role in (
        (takes[0], mara, old, "subject"),
        (takes[1], quay, quay.current_version, "first"),
        (takes[1], mara, mara.current_version, "subject"),
    ):
        place = take.job.references.count()
        JobReference.objects.create(
            job=take.job, handle=asset.handle, asset=asset, version=version, role=role, position=place
        )
    assert lines(*takes) == {
        "@Mara": ([("subject", None, False, old.pk)], [("subject", None, False, mara.current_version_id)]),
        "@Quay": (None, [("first", None, False, quay.current_version_id)]),
    }


def test_takes_of_the_same_shot_are_offered_first_and_each_once(
    as_alice: Client, alice: User, project: Project, pair: tuple[Take, Take], charlie: User
) -> None:
    loose = make_take(alice, project)
    other = factories.project(alice, name="Night Market")
    far = make_take(alice, other)
    make_take(charlie, factories.project(charlie))
    newer = make_take(alice, project, shot=pair[0].shot)
    offered = as_alice.get(address(pair[0])).context["offered"]
    assert [takes for _, takes in offered] == [[pair[0]], [newer, pair[1]], [loose], [far]]


def test_words_of_the_prompt_narrow_what_is_offered(
    as_alice: Client, pair: tuple[Take, Take], alice: User, project: Project
) -> None:
    page = as_alice.get(f"{address(pair[0])}&words=RUNS")
    assert [takes for _, takes in page.context["offered"]] == [[pair[0]], [pair[1]]]
    assert as_alice.get(f"{COMPARE}?words=nowhere").context["offered"] == []


def test_takes_of_two_projects_are_compared(
    as_alice: Client, alice: User, bob: User, project: Project
) -> None:
    other = factories.project(bob, name="Bob's Bay")
    factories.join(other, alice, Role.VIEWER)
    page = as_alice.get(address(make_take(alice, project), make_take(bob, other)))
    assert page.context["is_pair"]


@pytest.mark.parametrize(
    ("query", "status", "css_class"),
    [
        ("", 200, "button-primary"),
        ("?a={a}", 200, "button-primary"),
        ("?a={a}&b={a}", 200, "message-warning"),
        ("?a={a}&b=cut-off", 400, "message-error"),
        ("?a=1&b=2", 400, "message-error"),
        ("?a=%00", 200, "button-primary"),
        ("?a={a}&b={nobody}", 404, ""),
    ],
)
def test_a_url_without_two_takes_shows_what_is_wrong(
    as_alice: Client, pair: tuple[Take, Take], query: str, status: int, css_class: str
) -> None:
    page = as_alice.get(COMPARE + query.format(a=pair[0].uuid, nobody=uuid4()))
    assert (page.status_code, css_class in page.content.decode()) == (status, True)


def test_who_may_compare(pair: tuple[Take, Take], charlie: User, visit: Visit) -> None:
    found = [
        visit(name).get(address(*pair)).status_code
        for name in (None, "charlie", "vera", "rita", "bob", "alice")
    ]
    assert found == [302, 404, 200, 200, 200, 200]
    theirs = make_take(charlie, factories.project(charlie))
    assert visit("alice").get(address(pair[0], theirs)).status_code == 404


def test_without_takes_there_is_no_form(as_alice: Client) -> None:
    assert 'id="choose-a"' not in as_alice.get(COMPARE).content.decode()


def test_the_page_asks_the_same_number_of_questions_however_much_there_is(
    as_alice: Client,
    alice: User,
    project: Project,
    pair: tuple[Take, Take],
    s3: None,
    django_assert_max_num_queries,
) -> None:
    for number in range(12):
        make_take(alice, project, shot=pair[0].shot if number % 2 else None)
    for number in range(4):
        asset = factories.asset(alice, handle=f"thing_{number}", project=project, kind=Asset.Kind.IMAGE)
        for take in pair:
            JobReference.objects.create(
                job=take.job, handle=asset.handle, asset=asset, version=asset.current_version, position=number
            )
    with django_assert_max_num_queries(15):
        page = as_alice.get(address(*pair))
    assert [row.name for row in page.context["rows"]].count("@thing_3") == 1
    assert isinstance(page.context["rows"][0], Row)
