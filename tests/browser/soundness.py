"""What axe has against a page."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


def serious(page: Page, within: str | None = None) -> list[str]:
    """The serious and critical violations of WCAG, each as its rule and the first element that breaks it, on the page
    or `within` a selector."""
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:120]}"
        for one in Axe().run(page, context=within).response["violations"]
        if one["impact"] in {"serious", "critical"}
    ]
