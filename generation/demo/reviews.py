"""Review the demo's takes: notes, one of them with a drawing, verdicts, and a playlist of dailies.

The takes are rendered one by one in the minutes after the demo was created. A scheduled task runs every minute and
reviews the takes that exist, until all of them do. Takes that a user has reviewed meanwhile are left unchanged.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django_q.models import Schedule

from generation.demo.accounts import USERS
from generation.demo.content import HARBOUR, JOBS, form_key
from generation.models import Playlist, Take
from generation.reviews.notes import notes
from generation.reviews.playlists import playlists
from generation.reviews.reports.take_search import in_shot_order
from generation.reviews.verdicts import verdicts
from library.models import Project

NAME, TASK = "demo review", "generation.demo.reviews.review"
MAX_RUNS = 60  # one per minute; failed takes never arrive
PLAYLIST = "Dailies"
OWNER = "inez"
APPROVED, CHANGES, REJECTED = "approved", "changes", "rejected"
Users = Mapping[str, User]


@dataclass(frozen=True)
class DemoNote:
    """A note on a frame, a range or the whole take; `replies` are pairs of username and text."""

    by: str
    text: str
    frame: int | None = None
    end_frame: int | None = None
    drawing: Sequence[Mapping[str, Any]] | None = None
    replies: Sequence[tuple[str, str]] = ()
    resolved_by: str = ""


@dataclass(frozen=True)
class DemoReview:
    """The review of `JOBS[job]`; `verdict` is username, decision and reason."""

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


def start() -> None:
    """Review the takes that exist, and schedule the review of the others."""
    if not review():
        when = {"func": TASK, "schedule_type": Schedule.MINUTES, "minutes": 1}
        Schedule.objects.update_or_create(
            name=NAME, defaults={**when, "repeats": MAX_RUNS, "next_run": timezone.now()}
        )


def review() -> bool:
    """Review existing takes that have no notes or verdicts. Return whether nothing is left to do."""
    usernames = [user.username for user in USERS]
    users = {user.username: user for user in User.objects.filter(username__in=usernames)}
    takes = _takes() if len(users) == len(USERS) else {}
    for wanted in REVIEWS:
        if wanted.job in takes:
            _review(wanted, takes[wanted.job], users)
    _fill_playlist(takes, users)
    is_done = len(takes) == len(JOBS) or len(users) < len(USERS)
    if is_done:
        Schedule.objects.filter(name=NAME).delete()
    return is_done


def _takes() -> dict[int, Take]:
    """Return the existing takes by the number of their job."""
    numbers = {form_key(number, job): number for number, job in enumerate(JOBS)}
    found = Take.objects.filter(job__form_key__in=numbers).select_related("job", "project")
    return {numbers[take.job.form_key]: take for take in found}


@transaction.atomic
def _review(wanted: DemoReview, take: Take, users: Users) -> None:
    Take.objects.select_for_update().get(pk=take.pk)
    if take.notes.exists() or take.verdicts.exists():
        return
    for note in wanted.notes:
        _write(note, take, users)
    if wanted.verdict:
        by, decision, reason = wanted.verdict
        verdicts.decide(take, decision=decision, by=users[by], reason=reason)


def _write(wanted: DemoNote, take: Take, users: Users) -> None:
    last = take.frame_count - 1
    frames = [None if frame is None else min(frame, last) for frame in (wanted.frame, wanted.end_frame)]
    created = notes.write(
        take,
        text=wanted.text,
        author=users[wanted.by],
        frame=frames[0],
        end_frame=frames[1],
        drawing=wanted.drawing,
    )
    for by, text in wanted.replies:
        notes.write(take, text=text, author=users[by], parent=created)
    if wanted.resolved_by:
        notes.resolve(created, by=users[wanted.resolved_by])


@transaction.atomic
def _fill_playlist(takes: Mapping[int, Take], users: Users) -> None:
    """Add the existing takes of the first project, sorted by shot."""
    found = [take for number, take in takes.items() if JOBS[number].project == HARBOUR]
    if not found:
        return
    home = Project.objects.select_for_update().get(pk=found[0].project_id)
    dailies = Playlist.objects.filter(project=home, name=PLAYLIST).first()
    if dailies is None:
        dailies = playlists.create(by=users[OWNER], project=home, name=PLAYLIST, takes=[])
    playlists.add(
        dailies, in_shot_order(Take.objects.filter(pk__in=[take.pk for take in found])), by=users[OWNER]
    )
