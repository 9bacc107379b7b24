"""Get tags by name, and create missing ones."""

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from taggit.models import Tag

TRIES = 20


def tags_named(names: Iterable[str]) -> list[Tag]:
    """Return the tags with these names, without duplicates, in order."""
    wanted = list(dict.fromkeys(names))
    found = {tag.name: tag for tag in Tag.objects.filter(name__in=wanted)}
    return [found.get(name) or _made(name) for name in wanted]


def _made(name: str) -> Tag:
    """Create a tag, or return one that was created concurrently.

    Two names may have the same slug (`night sky`, `night-sky`). If both are created at the same time, taggit chooses
    the same next number for both, and the database refuses one of them, which is then retried.
    """
    for _ in range(TRIES - 1):
        try:
            # A savepoint, so that a refused insert does not abort the outer transaction.
            with transaction.atomic():
                return Tag.objects.get_or_create(name=name)[0]
        except IntegrityError:
            continue
    return Tag.objects.get_or_create(name=name)[0]
