"""Wait for a condition on a page whose content security policy forbids `eval`."""

import time

from playwright.sync_api import Page

TIMEOUT_S = 30
INTERVAL_MS = 50


def wait_until(page: Page, expression: str) -> None:
    """Poll the JavaScript `expression` until it is true; fail with its text after `TIMEOUT_S` seconds.

    `Page.wait_for_function` evaluates its predicate inside the page, where the policy refuses it from the second poll.
    """
    deadline = time.monotonic() + TIMEOUT_S
    while not page.evaluate(f"Boolean({expression})"):
        assert time.monotonic() < deadline, f"still false after {TIMEOUT_S} s: {expression}"
        page.wait_for_timeout(INTERVAL_MS)
