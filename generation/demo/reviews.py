"""Review for the demo's takes: notes, one of them drawn, verdicts, and the playlist of the day.

The takes come home minutes after the demo is made, one by one. So this is done again each minute, for those that are
there, until all of them are; what somebody has reviewed meanwhile is left alone. Done again later it adds nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django_q.models import Schedule

from generation.demo.accounts import PEOPLE
from generation.demo.content import HARBOUR, JOBS, form_key
from generation.models import Playlist, Take
from generation.reviews.notes import notes
from generation.reviews.playlists import playlists
from generation.reviews.reports.take_search import in_story_order
from generation.reviews.verdicts import verdicts
from library.models import Project

NAME, TASK = "demo review", "generation.demo.reviews.review"
TRIES = 60  # a minute each; takes that failed never come
PLAYLIST = "Dailies"
OWNER = "inez"
APPROVED, CHANGES, REJECTED = "approved", "changes", "rejected"
People = Mapping[str, User]


@dataclass(frozen=True)
class DemoNote:
    """What somebody says of a take: at a frame, over a range, or of the whole; `replies` are (who, what)."""

    by: str
    text: str
    frame: int | None = None
    end_frame: int | None = None
    drawing: Sequence[Mapping[str, Any]] | None = None
    replies: Sequence[tuple[str, str]] = ()
    resolved_by: str = ""


@dataclass(frozen=True)
class DemoReview:
    """What was said of one of `JOBS`, by its number, and what was decided: (who, what, why)."""

    job: int
    notes: Sequence[DemoNote] = ()
    verdict: tuple[str, str, str] | None = None


def _stroke(tool: str, color: str, *points: tuple[float, float]) -> dict[str, Any]:
    return {"tool": tool, "color": color, "width": 0.008, "points": [list(point) for point in points]}


REVIEWS = (
    DemoReview(
        0,
        [
            DemoNote(
                "kim", "She stands at the very edge here. @jonas, can she come a step to the right?", 34,
                drawing=[
                    _stroke("box", "amber", (0.07, 0.20), (0.46, 0.88)),
                    _stroke("arrow", "red", (0.46, 0.54), (0.57, 0.54)),
                ],
                replies=[("jonas", "Yes. I take this frame as the start of the next take.")],
            ),
            DemoNote("inez", "The light is exactly right. Keep it.", 60, 84),
        ],
        ("kim", CHANGES, "Nearly there: give her more room, keep the light."),
    ),
    DemoReview(
        1,
        [
            DemoNote("inez", "Hold on the water a little longer at the end.", 70, 88, resolved_by="jonas",
                     replies=[("jonas", "The cut holds it for another second. Solved in the edit.")]),
        ],
        ("inez", APPROVED, "This is the one for the opening."),
    ),
    DemoReview(2, [DemoNote("kim", "Does the beam turn the wrong way round? @inez, please look.", 20)]),
    DemoReview(
        5,
        [DemoNote("inez", "Both of them look at the camera.", 12)],
        ("inez", REJECTED, "They should look at the lantern, not at us."),
    ),
)  # fmt: skip


def begin() -> None:
    """Review what is there now, and the rest as it comes home."""
    if not review():
        when = {"func": TASK, "schedule_type": Schedule.MINUTES, "minutes": 1}
        Schedule.objects.update_or_create(
            name=NAME, defaults={**when, "repeats": TRIES, "next_run": timezone.now()}
        )


def review() -> bool:
    """Review the demo's takes that are there and that nobody has touched; whether there is nothing left to do."""
    people = {
        user.username: user for user in User.objects.filter(username__in=[one.username for one in PEOPLE])
    }
    takes = _takes() if len(people) == len(PEOPLE) else {}
    for wanted in REVIEWS:
        if wanted.job in takes:
            _review(wanted, takes[wanted.job], people)
    _list(takes, people)
    is_done = len(takes) == len(JOBS) or len(people) < len(PEOPLE)
    if is_done:
        Schedule.objects.filter(name=NAME).delete()
    return is_done


def _takes() -> dict[int, Take]:
    """Those that came home, by the number of their job."""
    numbers = {form_key(number, job): number for number, job in enumerate(JOBS)}
    found = Take.objects.filter(job__form_key__in=numbers).select_related("job", "project")
    return {numbers[take.job.form_key]: take for take in found}


@transaction.atomic
def _review(wanted: DemoReview, take: Take, people: People) -> None:
    Take.objects.select_for_update().get(pk=take.pk)
    if take.notes.exists() or take.verdicts.exists():
        return
    for note in wanted.notes:
        _write(note, take, people)
    if wanted.verdict:
        by, decision, reason = wanted.verdict
        verdicts.decide(take, decision=decision, by=people[by], reason=reason)


def _write(wanted: DemoNote, take: Take, people: People) -> None:
    last = take.frame_count - 1
    frames = [None if frame is None else min(frame, last) for frame in (wanted.frame, wanted.end_frame)]
    made = notes.write(
        take,
        text=wanted.text,
        author=people[wanted.by],
        frame=frames[0],
        end_frame=frames[1],
        drawing=wanted.drawing,
    )
    for by, text in wanted.replies:
        notes.write(take, text=text, author=people[by], parent=made)
    if wanted.resolved_by:
        notes.resolve(made, by=people[wanted.resolved_by])


@transaction.atomic
def _list(takes: Mapping[int, Take], people: People) -> None:
    """All takes of the first project, in the order of its story, as far as they are there."""
    mine = [take for number, take in takes.items() if JOBS[number].project == HARBOUR]
    if not mine:
        return
    home = Project.objects.select_for_update().get(pk=mine[0].project_id)
    dailies = Playlist.objects.filter(project=home, name=PLAYLIST).first()
    if dailies is None:
        dailies = playlists.create(by=people[OWNER], project=home, name=PLAYLIST, takes=[])
    playlists.add(
        dailies, in_story_order(Take.objects.filter(pk__in=[take.pk for take in mine])), by=people[OWNER]
    )
