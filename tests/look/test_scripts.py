"""How the pages load their scripts."""

import re

from django.conf import settings

LOADED = re.compile(r"static 'js/([\w-]+\.js)'")
IMPORTED = re.compile(r"^import .*\"\./([\w-]+\.js)\";", re.M)


def test_no_script_is_both_loaded_and_imported():
    """In production the first has a hash in its name and the second has not: the browser would run it twice."""
    pages = [path.read_text() for path in (settings.BASE_DIR / "templates").rglob("*.html")]
    scripts = [path.read_text() for path in (settings.BASE_DIR / "static/js").glob("*.js")]
    loaded = {name for page in pages for name in LOADED.findall(page)}
    imported = {name for script in scripts for name in IMPORTED.findall(script)}
    assert loaded
    assert imported
    assert loaded & imported == set()
