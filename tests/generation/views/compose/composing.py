"""Requests to the composer as a browser sends them, and readers of its responses."""

import json
import re
from html import unescape
from typing import Any

from django.http import HttpResponse
from django.test import Client

from tests.generation.views.conftest import composed

COMPOSER = "/projects/harbour-lights/new/"
HTMX = {"HX-Request": "true"}
FRAMES = {"prompt": "through @neon to the end", "first_frame": "@pier", "mid_2": "neon", "mid_2_at": "3"}


def check(client: Client, **typed: Any) -> HttpResponse:
    return client.post(f"{COMPOSER}check/", composed(**typed), headers=HTMX)


def codes(page: HttpResponse) -> dict[str, list[str]]:
    """Return the codes of the problems by field."""
    return {name: [one.code for one in found] for name, found in page.context["problems"].items() if found}


def state(page: HttpResponse) -> dict[str, Any]:
    """Return the data for the page's script."""
    return json.loads(unescape(re.search(r'<composer-state[^>]* facts="([^"]*)"', page.content.decode())[1]))
