"""Rows of a shot's stack for templates. Texts that are the same in every row are translated once."""

from collections.abc import Iterator, Sequence
from typing import TypedDict
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from generation.models import ReviewState, Take
from generation.reviews.verdicts.shot_stack import StackedTake
from library import storage


class StackRow(TypedDict):
    """One take of the shot with a link to its page."""

    uuid: UUID
    url: str
    poster_url: str
    name: str
    badge_class: str
    state: str
    is_current: bool


def stack_rows(takes: Sequence[StackedTake], current: Take) -> Iterator[StackRow]:
    """Yield the takes of a shot; `current` is the take of the page."""
    root, name, abandoned = reverse("generation:takes"), _("Take %(number)d"), _("Abandoned")
    labels = {state.value: str(state.details.short_label) for state in ReviewState}
    for take in takes:
        yield StackRow(
            uuid=take.uuid,
            url=f"{root}{take.uuid}/",
            poster_url=storage.signed_url(take.poster_key),
            name=name % {"number": take.number},
            badge_class=ReviewState(take.review).badge_class,
            state=abandoned if take.abandoned_at else labels[take.review],
            is_current=take.pk == current.pk,
        )
