"""Money, durations and dates in each language."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import translation
from django.utils.formats import date_format, get_format

from config.settings import LANGUAGES
from generation.templatetags import money, times

MOMENT = datetime(2026, 9, 5, 16, 45, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "price", "total", "refund", "exact"),
    [
        ("en", "$0.44", "$1,234.50", "−$0.4907", "$0.088"),
        ("zh-hans", "US$0.44", "US$1,234.50", "−US$0.4907", "US$0.088"),
    ],
)
def test_money(language: str, price: str, total: str, refund: str, exact: str) -> None:
    with translation.override(language):
        assert money.usd(Decimal("0.435")) == price
        assert money.usd(Decimal("1234.5")) == total
        assert money.usd_full(Decimal("-0.4907")) == refund
        assert money.usd_exact(Decimal("0.0880")) == exact
        assert money.usd(None) == ""


def test_amounts_on_a_scale_and_differences() -> None:
    with translation.override("en"):
        amounts = [Decimal(text) for text in ("2000", "0.6", "0.0005", "0")]
        assert [money.usd_short(amount) for amount in amounts] == ["$2,000", "$0.60", "$0.0005", "$0"]
        assert money.usd_signed(Decimal("1.5")) == "+$1.5000"
        assert money.usd_signed(Decimal("-1.5")) == "−$1.5000"


def test_numbers_in_attributes_stay_plain() -> None:
    with translation.override("zh-hans"):
        assert money.unlocalized(1234.5) == "1234.5"
        assert money.unlocalized(Decimal("1234.50")) == "1234.50"


@pytest.mark.wording  # the names of months are messages of Django
@pytest.mark.parametrize(
    ("name", "english", "chinese"),
    [
        ("DATE_FORMAT", "5 Sep 2026", "2026年9月5日"),
        ("DATETIME_FORMAT", "5 Sep 2026, 16:45", "2026年9月5日 16:45"),
        ("PRECISE_DATETIME_FORMAT", "5 Sep 2026, 16:45:07", "2026年9月5日 16:45:07"),
        ("SHORT_DATETIME_FORMAT", "5 Sep 16:45", "9月5日 16:45"),
        ("SHORT_DATE_FORMAT", "5 Sep", "9月5日"),
        ("YEAR_MONTH_FORMAT", "September 2026", "2026年9月"),
    ],
)
def test_dates(name: str, english: str, chinese: str) -> None:
    for language, text in (("en", english), ("zh-hans", chinese)):
        with translation.override(language):
            assert date_format(MOMENT, name) == text


def test_every_language_has_our_own_formats() -> None:
    for language, _ in LANGUAGES:
        with translation.override(language):
            assert "%s" in get_format("USD_FORMAT")
            assert get_format("PRECISE_DATETIME_FORMAT") != "PRECISE_DATETIME_FORMAT"


@pytest.mark.wording
def test_durations() -> None:
    with translation.override("en"):
        assert times.lasting(timedelta(seconds=4)) == "4 s"
        assert times.lasting(timedelta(seconds=72)) == "1 min 12 s"
        assert times.lasting(timedelta(hours=2, minutes=5, seconds=59)) == "2 h 5 min"
