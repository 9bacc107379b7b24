"""Notes as markers, read back by OpenTimelineIO: the right frame at every rate."""

import opentimelineio as otio
import pytest
from opentimelineio.opentime import RationalTime

from generation.models import Note, Shot, Take
from generation.reviews.exports import markers
from generation.reviews.notes import notes
from tests.generation.views.conftest import make_take

pytestmark = pytest.mark.django_db


def read(text: str, kind: str, rate: float = 24) -> otio.schema.Timeline:
    asked = {"rate": rate} if kind == markers.EDL else {}
    return otio.adapters.read_from_string(text, markers.FORMATS[kind], **asked)


def clips(timeline: otio.schema.Timeline) -> list[otio.schema.Clip]:
    return list(timeline.find_clips())


@pytest.fixture
def noted(alice, rita, project):
    """A take of five seconds at some rate with a note at frame 58, one over a range and one on the whole."""

    def make(fps: float = 24.0, **fields) -> Take:
        take = make_take(alice, project, **fields)
        take.fps, take.frames = fps, round(5 * fps)
        take.save()
        notes.write(take, author=rita, text="Her hand\ngoes through the cup", frame=58)
        notes.write(take, author=alice, text="Too slow", frame=10, end_frame=33)
        root = notes.write(take, author=alice, text="Colder, please")
        notes.write(take, author=rita, text="As in 020", parent=root)
        return take

    return make


@pytest.mark.parametrize("fps", [24.0, 25.0, 30.0, 32.0, 29.97, 23.976])
def test_an_otio_file_has_each_note_at_its_frame(noted, fps):
    take = noted(fps)
    (clip,) = clips(read(markers.written([take], name="t", kind=markers.OTIO), markers.OTIO))
    ranges = [(found.marked_range.start_time, found.marked_range.duration) for found in clip.markers]
    assert [(start.value, start.rate, length.value) for start, length in ranges] == [
        (0, fps, 1),
        (10, fps, 24),
        (58, fps, 1),
    ]
    assert clip.source_range.duration == RationalTime(take.frames, fps)
    assert clip.media_reference.target_url == "harbour-lights-take-1.mp4"


@pytest.mark.parametrize("fps", [24.0, 25.0, 30.0, 29.97, 59.94])
def test_an_edl_has_each_note_at_its_frame_in_whole_frames_of_the_rate(noted, fps):
    text = markers.written([noted(fps)], name="t", kind=markers.EDL)
    rate = round(fps)
    (clip,) = clips(read(text, markers.EDL, rate))
    found = sorted(marker.marked_range.start_time.to_frames() for marker in clip.markers)
    assert found == [0, 10, 58]
    assert f"* LOC: 00:00:0{58 // rate}:{58 % rate:02} RED     RITA: HER HAND GOES THROUGH THE CUP" in text
    assert f"(TO 00:0{33 // rate}.{33 % rate:02})" in text


def test_an_edl_says_that_it_cannot_say_32_frames(noted):
    with pytest.raises(markers.NoSuchRate, match=r"\b32\b"):
        markers.written([noted(32.0)], name="t", kind=markers.EDL)


def test_each_take_of_an_edl_has_to_have_the_rate(noted):
    with pytest.raises(markers.NoSuchRate, match=r"\b24\.4\b"):
        markers.written([noted(24.4), noted(24.0)], name="t", kind=markers.EDL)


def test_a_marker_tells_who_and_whether_it_is_done_and_the_replies(noted, rita):
    take = noted()
    notes.resolve(take.notes.get(frame=58), by=rita)
    notes.delete(take.notes.get(frame=10))
    (clip,) = clips(read(markers.written([take], name="t", kind=markers.OTIO), markers.OTIO))
    whole, hand = clip.markers
    assert (hand.color, hand.metadata["backlot"]["state"], hand.metadata["backlot"]["author"]) == (
        "GREEN",
        "resolved",
        "rita",
    )
    assert (whole.color, list(whole.metadata["backlot"]["replies"])) == ("RED", ["rita: As in 020"])
    assert not Note.objects.filter(frame=10, deleted_at__isnull=True).exists()


def test_takes_follow_each_other_on_one_time_line(noted, project):
    shots = [Shot.objects.create(project=project, code=code) for code in ("010", "020")]
    takes = [noted(shot=shot) for shot in shots]
    for kind in markers.FORMATS:
        timeline = read(markers.written(takes, name="approved", kind=kind), kind)
        found = clips(timeline)
        assert [len(clip.markers) for clip in found] == [3, 3]
        starts = [clip.range_in_parent().start_time.to_frames() for clip in found]
        assert starts == [0, 120]
        assert "harbour-lights-020-take-1" in found[1].name


def test_takes_of_two_rates_need_an_otio_file(noted):
    takes = [noted(24.0), noted(25.0)]
    with pytest.raises(markers.NoSuchRate, match=r"\b24\b.*\b25\b"):
        markers.written(takes, name="t", kind=markers.EDL)
    assert len(clips(read(markers.written(takes, name="t", kind=markers.OTIO), markers.OTIO))) == 2
