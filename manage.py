#!/usr/bin/env python
"""Backlot's command line: `manage.py up` runs the whole house, `manage.py help` lists the rest."""

import os
import sys

from django.core.management import execute_from_command_line
from django.db import OperationalError

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        execute_from_command_line(sys.argv)
    except OperationalError as error:
        if "--traceback" in sys.argv:
            raise
        sys.exit(f"backlot: the database cannot be used: {str(error).splitlines()[0]}; look at DATABASE_URL")
