#!/usr/bin/env python
"""Backlot's command line: `manage.py up` runs the whole house, `manage.py help` lists the rest."""

import os
import sys

from django.core.management import execute_from_command_line
from django.db import DatabaseError, OperationalError, ProgrammingError

UNDEFINED_TABLE = "42P01"  # PostgreSQL's code


def line_about(error: DatabaseError) -> str | None:
    """What a person can do about it, in one line; None for a fault of ours."""
    said = str(error).splitlines()[0]
    if "no such table" in said or getattr(error.__cause__, "sqlstate", "") == UNDEFINED_TABLE:
        return f"a table is missing in the database ({said}): run `manage.py migrate`"
    if isinstance(error, OperationalError):
        return f"the database cannot be used: {said}; look at DATABASE_URL"
    return None


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        execute_from_command_line(sys.argv)
    except (OperationalError, ProgrammingError) as error:
        line = line_about(error)
        if line is None or "--traceback" in sys.argv:
            raise
        sys.exit(f"backlot: {line}")
