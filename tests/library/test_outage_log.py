"""Causes are logged once a minute, whatever objects their messages name."""

import logging
from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from library import outage_log
from library.outage_log import log_outage

log = logging.getLogger("backlot.tests")


@pytest.fixture(autouse=True)
def nothing_logged() -> Iterator[None]:
    outage_log._logged.clear()
    yield
    outage_log._logged.clear()


def test_one_line_for_each_kind_of_cause(caplog: pytest.LogCaptureFixture) -> None:
    for number in range(3):
        log_outage(log, "storage", EndpointConnectionError(endpoint_url=f"http://127.0.0.1:9/{number}"))
        for code in ("NoSuchBucket", "AccessDenied"):
            log_outage(log, "storage", ClientError({"Error": {"Code": code}}, "PutObject"))
    assert len(caplog.records) == 3
    assert "http://127.0.0.1:9/0" in caplog.records[0].message


def test_after_a_minute_it_is_logged_again(caplog: pytest.LogCaptureFixture, monkeypatch) -> None:
    refused = ConnectionError("refused\nand more")
    log_outage(log, "database", refused)
    log_outage(log, "database", refused)
    monkeypatch.setattr(outage_log, "EVERY", 0)
    log_outage(log, "database", refused)
    assert [record.message for record in caplog.records] == ["database: refused"] * 2
