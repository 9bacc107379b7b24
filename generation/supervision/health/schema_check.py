"""Schema checks for `up`, `doctor`, `/readyz` and the workers."""

import logging

from django.db import Error

from generation.schema import current_status
from generation.supervision.health.checks import Check

GOOD_FOR = 60.0  # seconds

log = logging.getLogger("backlot.schema")


def schema_ok() -> Check:
    """Check that the database has the tables that this version needs."""
    try:
        status = current_status(max_age=GOOD_FOR)
    except Error:
        return Check("schema", False, "cannot be checked, the database does not answer")
    return Check("schema", status.is_usable, status.detail)


def can_migrate() -> Check:
    """Check whether `migrate` may run: an empty database or one of an earlier version is fine."""
    try:
        status = current_status(max_age=0)
    except Error:
        return Check("schema", False, "cannot be checked, the database does not answer")
    return Check("schema", status.can_migrate, status.detail)


def refusal() -> str:
    """Return in one line why workers must not run, or an empty string if they may.

    They may also start while the database is unavailable, since they wait for it.
    """
    try:
        status = current_status(max_age=0)
    except Error as error:
        log.warning("the schema cannot be checked yet: %s", str(error).strip() or type(error).__name__)
        return ""
    return "" if status.is_usable else f"schema: {status.detail}"
