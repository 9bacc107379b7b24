"""Rows of a playlist for templates: the strip of a review session and the list to reorder.

A playlist has hundreds of takes. Texts that are the same in every row are translated once.
"""

from collections.abc import Iterator, Sequence
from typing import TypedDict

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from generation.models import ReviewState
from generation.reviews.playlists.playlists import PlaylistTake
from library import storage


class StripRow(TypedDict):
    """One take in the strip. `position` counts from 1. Numbers are text, since templates would localise them."""

    position: str
    poster_url: str
    shot: str | None
    name: str
    tone: str
    status: str
    is_current: bool


class OrderRow(TypedDict):
    """One take in the list to reorder; `up` and `down` are the items before which the buttons move it."""

    item: str
    position: str
    poster_url: str
    take_url: str
    project: str
    shot: str | None
    name: str
    badge_class: str
    state: str
    up: str
    down: str
    is_last: bool
    move_up: str
    move_down: str
    remove: str


def strip_rows(takes: Sequence[PlaylistTake], current: int | str) -> Iterator[StripRow]:
    """Yield the rows of the strip; `current` is the position that is shown."""
    name, states = _("Take %(number)d"), _state_labels()
    for position, take in enumerate(takes, 1):
        label, state = states[take.review]
        yield StripRow(
            position=str(position),
            poster_url=storage.signed_url(take.poster_key),
            shot=take.shot,
            name=name % {"number": take.number},
            tone=state.details.tone,
            status=_with_open_notes(label, take.open_notes),
            is_current=position == current,
        )


def order_rows(takes: Sequence[PlaylistTake]) -> Iterator[OrderRow]:
    """Yield the rows with the moves of their buttons: up is before the row above, down before the next but one."""
    items = [str(take.item) for take in takes]
    ups, downs = ["", *items], [*items[2:], "end", "end"]
    root, name, states = reverse("generation:takes"), _("Take %(number)d"), _state_labels(short=False)
    labels = _("Move take %(position)d up"), _("Move take %(position)d down"), _("Remove take %(position)d")
    for position, take in enumerate(takes, 1):
        label, state = states[take.review]
        move_up, move_down, remove = (text % {"position": position} for text in labels)
        yield OrderRow(
            item=str(take.item),
            position=str(position),
            poster_url=storage.signed_url(take.poster_key),
            take_url=f"{root}{take.uuid}/",
            project=take.project,
            shot=take.shot,
            name=name % {"number": take.number},
            badge_class=state.badge_class,
            state=label,
            up=ups[position - 1],
            down=downs[position - 1],
            is_last=position == len(items),
            move_up=move_up,
            move_down=move_down,
            remove=remove,
        )


def _with_open_notes(label: str, count: int) -> str:
    if not count:
        return label
    open_notes = ngettext("%(count)d open note", "%(count)d open notes", count) % {"count": count}
    return f"{label} · {open_notes}"


def _state_labels(*, short: bool = True) -> dict[str, tuple[str, ReviewState]]:
    """Return each state with its label in the visitor's language."""
    return {
        state.value: (str(state.details.short_label if short else state.label), state)
        for state in ReviewState
    }
