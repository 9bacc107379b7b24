"""Prices as data: entered with a day, used by every estimate from that day on."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from generation import lifecycle
from generation.composition import Settings, TakeRequest, compose, compose_all
from generation.models import Job, LedgerEntry, Price
from generation.prices import current_prices
from generation.skyreels.pricing import GATEWAY_PRICES
from generation.skyreels.vocabulary import Model, Resolution
from library.models import Project

FAST = (Model.FAST, Resolution.P480, False)


def enter(usd: str, since: date, *, model: str = Model.FAST, with_video: bool = False) -> Price:
    return Price.objects.create(
        model=model, resolution="480p", with_video=with_video, usd_per_second=Decimal(usd), since=since
    )


@pytest.mark.django_db
def test_without_prices_of_our_own_the_provider_s_count() -> None:
    assert current_prices() == GATEWAY_PRICES


@pytest.mark.django_db
def test_the_latest_price_of_the_day_counts_and_nothing_else_changes() -> None:
    enter("0.0707", date(2027, 1, 1))
    enter("0.05", date(2027, 3, 1))
    days = [date(2026, 12, 31), date(2027, 1, 1), date(2027, 2, 28), date(2027, 3, 1)]
    seen = [current_prices(day).per_second(*FAST) for day in days]
    assert seen == [Decimal("0.064"), Decimal("0.0707"), Decimal("0.0707"), Decimal("0.05")]
    late = current_prices(days[-1])
    assert late.as_of == date(2027, 3, 1)
    others = [price.key for price in GATEWAY_PRICES.prices if price.key != FAST]
    assert {key: late.per_second(*key) for key in others} == {
        key: GATEWAY_PRICES.per_second(*key) for key in others
    }


def test_a_new_price_counts_for_new_takes_and_a_job_keeps_its_estimate(alice: User, project: Project) -> None:
    def make() -> Job:
        return lifecycle.create(by=alice, project=project, prompt="rain", settings=Settings(duration=7))

    before = make()
    today = timezone.localdate()
    enter("0.0701", today)
    enter("9", today + timedelta(days=1))
    after = make()
    before.refresh_from_db()
    assert (before.estimate_usd, after.estimate_usd) == (Decimal("0.4480"), Decimal("0.4907"))
    kept = LedgerEntry.objects.order_by("pk").values_list("estimate_usd", flat=True)
    assert list(kept) == [Decimal("0.4480"), Decimal("0.4907")]


def test_a_budget_is_checked_with_the_new_price(alice: User, project: Project) -> None:
    Project.objects.filter(pk=project.pk).update(budget_usd="1")
    enter("0.2001", timezone.localdate())
    with pytest.raises(lifecycle.CannotQueue, match=r"\$1\.00 of the project's budget|costs"):
        lifecycle.create(by=alice, project=project, prompt="rain", settings=Settings(duration=5))


def test_many_takes_ask_for_the_prices_once(alice: User, project: Project) -> None:
    take_requests = [TakeRequest("rain", Settings(duration=seconds)) for seconds in range(3, 13)]
    with CaptureQueriesContext(connection) as asked:
        made = compose_all(user=alice, project=project, take_requests=take_requests)
        assert sum(one.estimate_usd for one in made) == sum(range(3, 13)) * Decimal("0.064")
    assert len(asked) == 1


def test_a_price_of_nought_is_a_price(alice: User, project: Project) -> None:
    enter("0", timezone.localdate())
    composed = compose(user=alice, project=project, prompt="rain", settings=Settings())
    assert (composed.estimate_usd, composed.ok) == (0, True)


# The admin


@pytest.fixture
def office(db: None) -> Client:
    browser = Client()
    browser.force_login(User.objects.create_superuser("admin"))
    return browser


ADD = "/admin/generation/price/add/"
TYPED = {"model": "skyreels-v4-fast", "resolution": "480p", "usd_per_second": "0.07", "since": "2027-01-01"}


def test_a_price_is_entered_in_the_admin(office: Client) -> None:
    assert office.post(ADD, TYPED).status_code == 302
    assert current_prices(date(2027, 1, 1)).per_second(*FAST) == Decimal("0.07")


@pytest.mark.parametrize(
    "wrong", [{"usd_per_second": "-0.01"}, {"usd_per_second": "0.00001"}, {"since": "soon"}, {"model": "x"}]
)
def test_a_price_that_is_none_is_refused(office: Client, wrong: dict[str, str]) -> None:
    assert office.post(ADD, TYPED | wrong).context["errors"]
    assert not Price.objects.exists()


def test_two_prices_for_one_day_are_refused(office: Client) -> None:
    office.post(ADD, TYPED)
    assert office.post(ADD, TYPED | {"usd_per_second": "0.08"}).context["errors"]
    assert Price.objects.get().usd_per_second == Decimal("0.07")


def test_what_was_in_force_stays_and_what_is_to_come_can_be_mended(office: Client) -> None:
    today = timezone.localdate()
    past, coming = enter("0.05", today - timedelta(days=1)), enter("0.06", today + timedelta(days=1))
    for price, (changed, deleted) in {past: (403, 403), coming: (302, 302)}.items():
        address = f"/admin/generation/price/{price.pk}/"
        typed = TYPED | {"usd_per_second": "0.09", "since": price.since.isoformat()}
        assert office.post(f"{address}change/", typed).status_code == changed
        assert office.post(f"{address}delete/", {"post": "yes"}).status_code == deleted
    assert list(Price.objects.values_list("usd_per_second", flat=True)) == [Decimal("0.05")]
