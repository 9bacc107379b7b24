"""The composer as a browser asks it, and what it answers."""

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


def told(page: HttpResponse) -> dict[str, list[str]]:
    return {name: [text for text, _ in found] for name, found in page.context["problems"].items() if found}


def state(page: HttpResponse) -> dict[str, Any]:
    """What the page's script is told."""
    return json.loads(unescape(re.search(r'<composer-state[^>]* facts="([^"]*)"', page.content.decode())[1]))
