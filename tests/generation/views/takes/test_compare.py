"""Two takes side by side: who may see them, what tells them apart, what is offered."""

from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client

from generation.models import JobReference, Shot, Take
from generation.views.takes.differences import Piece, Row, differences, told_apart
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
    """Only what differs, but for the prompt."""
    return {
        row.name: (row.cells[0].text, row.cells[1].text)
        for row in differences(*(Take.objects.get(pk=take.pk) for take in (left, right)))
        if row.differs and row.name != "Prompt"
    }


def test_both_play_on_the_page_and_their_differences_are_told(
    as_alice: Client, pair: tuple[Take, Take]
) -> None:
    page = as_alice.get(address(*pair))
    seen = page.content.decode()
    assert (page.status_code, seen.count("<video controls")) == (200, 2)
    for text in ("A: take 1 of 020", "B: take 2 of 020", "≠ differs", "[only here: </span>waits at<"):
        assert text in seen, text
    assert lines(*pair) == {
        "Model": ("Fast", "Standard"),
        "Resolution": ("480p", "1080p"),
        "Cost": ("$0.32 estimated", "$1.40 estimated, $1.08 more"),
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
    assert told_apart(left, right) == ([Piece(*one) for one in ours], [Piece(*one) for one in theirs])


def test_prompts_of_any_length_are_told_apart_in_time() -> None:
    left, right = "a b " * 9000, "b a " * 9000
    assert told_apart(left, right) == ([Piece(left, True)], [Piece(right, True)])


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
        "@Mara": ("Subject · version 1", "Subject · version 2"),
        "@Quay": ("not used", "First frame · version 1"),
    }


def test_takes_of_the_same_shot_are_offered_first_and_each_once(
    as_alice: Client, alice: User, project: Project, pair: tuple[Take, Take], charlie: User
) -> None:
    loose = make_take(alice, project)
    other = factories.project(alice, name="Night Market")
    far = make_take(alice, other)
    make_take(charlie, factories.project(charlie))
    newer = make_take(alice, project, shot=pair[0].shot)
    assert as_alice.get(address(pair[0])).context["offered"] == [
        ("Compared now", [pair[0]]),
        ("Of shot 020", [newer, pair[1]]),
        ("Of Harbour Lights", [loose]),
        ("Of other projects", [far]),
    ]


def test_words_of_the_prompt_narrow_what_is_offered(
    as_alice: Client, pair: tuple[Take, Take], alice: User, project: Project
) -> None:
    page = as_alice.get(f"{address(pair[0])}&words=RUNS")
    assert page.context["offered"] == [("Compared now", [pair[0]]), ("Of shot 020", [pair[1]])]
    assert "Offer all" in as_alice.get(f"{COMPARE}?words=nowhere").content.decode()


def test_takes_of_two_projects_are_compared(
    as_alice: Client, alice: User, bob: User, project: Project
) -> None:
    other = factories.project(bob, name="Bob's Bay")
    factories.join(other, alice, Role.VIEWER)
    page = as_alice.get(address(make_take(alice, project), make_take(bob, other)))
    assert page.context["is_pair"]


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("", 200, "Choose two takes"),
        ("?a={a}", 200, "Choose two takes"),
        ("?a={a}&b={a}", 200, "Both sides are the same take."),
        ("?a={a}&b=cut-off", 400, "names no take for B"),
        ("?a=1&b=2", 400, "names no take: it was cut off"),
        ("?a=%00", 200, "Choose two takes"),
        ("?a={a}&b={nobody}", 404, ""),
    ],
)
def test_an_address_that_names_no_two_takes_is_told(
    as_alice: Client, pair: tuple[Take, Take], query: str, status: int, said: str
) -> None:
    page = as_alice.get(COMPARE + query.format(a=pair[0].uuid, nobody=uuid4()))
    assert (page.status_code, said in page.content.decode()) == (status, True)


def test_who_may_compare(pair: tuple[Take, Take], charlie: User, visit: Visit) -> None:
    found = [
        visit(name).get(address(*pair)).status_code
        for name in (None, "charlie", "vera", "rita", "bob", "alice")
    ]
    assert found == [302, 404, 200, 200, 200, 200]
    theirs = make_take(charlie, factories.project(charlie))
    assert visit("alice").get(address(pair[0], theirs)).status_code == 404


def test_an_empty_house_says_what_brings_a_take(as_alice: Client) -> None:
    assert "Each finished job brings one." in as_alice.get(COMPARE).content.decode()


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
