"""The scoreboard's figures: each job once, exact to the hundredth of a cent, and only of what one may see."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from generation.models import Job, LedgerEntry, Take
from generation.reviews.reports.score_plots import plot
from generation.reviews.reports.scores import Chosen, Grouping, Score, scores, total
from library.models import Asset, Project
from tests import factories
from tests.generation.views.conftest import make_take

Review = Take.Review


def paid(
    by: User, project: Project, *, review: str = Review.WAITING, usd: str = "0.3200", **fields: str
) -> Take:
    """A take of five seconds that was charged for and decided on."""
    take = make_take(by, project, **fields)
    LedgerEntry.objects.filter(job=take.job).update(state=LedgerEntry.State.SETTLED, actual_usd=usd)
    Take.objects.filter(pk=take.pk).update(review=review)
    return take


def named(asset: Asset, *takes: Take, parts: int = 1) -> None:
    for take in takes:
        after = take.job.references.count()
        for position in range(after, after + parts):
            take.job.references.create(
                handle=asset.handle, asset=asset, version=asset.current_version, position=position
            )


@pytest.fixture
def season(alice: User, bob: User, project: Project) -> list[Take]:
    fast, std = {"model": "skyreels-v4-fast"}, {"model": "skyreels-v4-std"}
    return [
        paid(alice, project, review=Review.APPROVED, usd="0.3333", **fast),
        paid(alice, project, review=Review.REJECTED, **fast),
        paid(bob, project, review=Review.APPROVED, usd="1.0001", **std),
        paid(bob, project, **std),
    ]


def told(found: list[Score]) -> dict[str, tuple[object, ...]]:
    return {score.name: (score.takes, score.approved, score.rate, score.money) for score in found}


def test_each_model_and_person(alice: User, season: list[Take]) -> None:
    by_model = scores(alice, by=Grouping.MODEL, chosen=Chosen())
    assert told(by_model) == {
        "skyreels-v4-fast": (2, 1, 50, Decimal("0.6533")),
        "skyreels-v4-std": (2, 1, 100, Decimal("1.3201")),
    }
    assert told(scores(alice, by=Grouping.PERSON, chosen=Chosen())) == {
        "alice": (2, 1, 50, Decimal("0.6533")),
        "bob": (2, 1, 100, Decimal("1.3201")),
    }
    fast = by_model[0]
    assert (fast.seconds, fast.takes_per_second, fast.money_per_second) == (5.0, 0.4, Decimal("0.1307"))
    assert (by_model[1].waiting, by_model[1].decided) == (1, 1)


@pytest.mark.usefixtures("s3")
def test_each_handle_counts_a_take_once_however_many_parts_it_plays(alice: User, season: list[Take]) -> None:
    mara, quay = factories.asset(alice, handle="Mara"), factories.asset(alice, handle="quay")
    named(mara, season[0], season[1], parts=2)
    named(quay, season[0])
    assert told(scores(alice, by=Grouping.HANDLE, chosen=Chosen())) == {
        "Mara": (2, 1, 50, Decimal("0.6533")),
        "quay": (1, 1, 100, Decimal("0.3333")),
    }
    everything = total(alice, Chosen())
    assert (everything.takes, everything.money) == (4, Decimal("1.9734"))


def test_money_without_a_take_counts_and_jobs_without_both_do_not(alice: User, project: Project) -> None:
    lost = factories.job(alice, project, status=Job.Status.FAILED)
    LedgerEntry.objects.filter(job=lost).update(state=LedgerEntry.State.SETTLED, actual_usd="0.5000")
    factories.job(alice, project, status=Job.Status.QUEUED)
    (alone,) = scores(alice, by=Grouping.PERSON, chosen=Chosen())
    assert (alone.takes, alone.money, alone.rate, alone.money_per_second) == (0, Decimal("0.5"), None, None)
    assert plot([alone]) == []


def test_a_project_and_a_month(alice: User, project: Project, season: list[Take]) -> None:
    other = factories.project(alice)
    old = paid(alice, other, review=Review.APPROVED)
    Job.objects.filter(pk=old.job_id).update(created_at=datetime(2025, 3, 31, 23, 59, tzinfo=UTC))
    march = Chosen(None, datetime(2025, 3, 1, tzinfo=UTC), datetime(2025, 4, 1, tzinfo=UTC))
    april = Chosen(None, datetime(2025, 4, 1, tzinfo=UTC), datetime(2025, 5, 1, tzinfo=UTC))
    assert [total(alice, one).takes for one in (march, april, Chosen(project), Chosen(other))] == [1, 0, 4, 1]


def test_nobody_is_told_of_what_is_not_theirs(charlie: User, season: list[Take]) -> None:
    assert scores(charlie, by=Grouping.MODEL, chosen=Chosen()) == []
    assert total(charlie, Chosen()).takes == 0


def test_the_bars_are_to_one_scale(alice: User, season: list[Take]) -> None:
    bars = plot(scores(alice, by=Grouping.MODEL, chosen=Chosen()))
    assert [[(part.tone, part.x, part.width) for part in bar.parts] for bar in bars] == [
        [("ok", "0.000", "50.000"), ("bad", "50.000", "50.000")],
        [("ok", "0.000", "50.000"), ("info", "50.000", "50.000")],
    ]
    assert [bar.money_width for bar in bars] == ["49.508", "100.000"]
