"""Tags by their names, made where there are none yet."""

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from taggit.models import Tag

TRIES = 20


def tags_named(names: Iterable[str]) -> list[Tag]:
    """The tags with these names, each once, in their order."""
    wanted = list(dict.fromkeys(names))
    found = {tag.name: tag for tag in Tag.objects.filter(name__in=wanted)}
    return [found.get(name) or _made(name) for name in wanted]


def _made(name: str) -> Tag:
    """A new tag, or the one that somebody else made this moment.

    Two names may give the same slug (`night sky`, `night-sky`). When both are made at the same moment taggit chooses
    the same next number for both, and the database refuses one of them: it tries again with what is there by then.
    """
    for _ in range(TRIES - 1):
        try:
            # A savepoint: the refusal must not end the transaction around it.
            with transaction.atomic():
                return Tag.objects.get_or_create(name=name)[0]
        except IntegrityError:
            continue
    return Tag.objects.get_or_create(name=name)[0]
