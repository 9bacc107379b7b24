"""With the dummy catalogue every page shows `x`, in Python, templates and scripts alike."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHOW = """
import django
django.setup()
from django.utils import translation
from library.languages import javascript
translation.activate("en")
print(translation.gettext("This field is required."), translation.gettext("Log in"), translation.gettext("No such"))
print(translation.ngettext("%(count)d ballot excluded.", "%(count)d ballots excluded.", 2))
print(b'"Play": "x"' in javascript.content("en"))
"""


def test_messages_become_x() -> None:
    chosen = {"BACKLOT_TESTS_DUMMY_CATALOGUE": "1", "DJANGO_SETTINGS_MODULE": "tests.settings"}
    paths = os.pathsep.join([str(ROOT), str(ROOT / "locale")])
    done = subprocess.run(
        [sys.executable, "-c", SHOW],
        cwd=ROOT,
        env=os.environ | chosen | {"PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.splitlines() == ["x x No such", "x %(count)d", "True"]
