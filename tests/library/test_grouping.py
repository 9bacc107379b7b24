"""What is proposed for files by their names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from library import handles
from library.ingest.grouping import Group, NamedFile, base, distinct, group, split

KINDS = {"png": "image", "jpg": "image", "mp4": "video", "wav": "audio", "mp3": "audio"}


def named(*names: str) -> list[NamedFile]:
    return [NamedFile(name, KINDS[name.rsplit(".")[-1]]) for name in names]


def told(*names: str) -> list[tuple[str, str, list[str]]]:
    return [(one.handle, one.kind, [names[place] for place in one.indexes]) for one in group(named(*names))]


def test_pictures_and_a_voice_of_one_name_are_a_character() -> None:
    assert told("mara_voice.wav", "mara_2.png", "mara_10.png", "mara_1.png") == [
        ("mara", "character", ["mara_1.png", "mara_2.png", "mara_10.png", "mara_voice.wav"])
    ]


def test_each_name_is_a_group_of_its_own() -> None:
    assert told(
        "mara-front.png", "harbour.jpg", "Tom (1).png", "mara-side.png", "tom (2).jpg", "storm.mp4"
    ) == [
        ("mara", "character", ["mara-front.png", "mara-side.png"]),
        ("harbour", "image", ["harbour.jpg"]),
        ("Tom", "character", ["Tom (1).png", "tom (2).jpg"]),
        ("storm", "video", ["storm.mp4"]),
    ]


@pytest.mark.parametrize(
    "names",
    [
        ["IMG_0001.jpg", "IMG_0002.jpg"],
        ["mara_1.wav", "mara_2.wav"],
        ["mara_1.png", "mara_clip.mp4", "mara_2.mp4"],
        [f"crowd_{number}.png" for number in range(6)],
    ],
)
def test_what_makes_no_character_stays_apart(names: list[str]) -> None:
    assert [one.indexes for one in group(named(*names))] == [(place,) for place in range(len(names))]


def test_a_group_can_be_taken_apart() -> None:
    files = named("mara_1.png", "mara_voice.wav")
    [together] = group(files)
    assert split(together, files) == [Group("mara_1", "image", (0,)), Group("mara_voice", "audio", (1,))]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("mara_voice.wav", "mara"),
        ("mara voss - 02.png", "mara voss"),
        ("mara_front_2.png", "mara"),
        ("scans/old/mara_2.png", "mara"),
        ("R2D2.png", "R2D"),
        ("IMG_2041.jpg", "IMG_2041"),
        ("2041.jpg", "2041"),
        ("voice.wav", "voice"),
        ("envoice.wav", "envoice"),
        (".hidden", ".hidden"),
        ("", ""),
    ],
)
def test_whose_a_file_is(name: str, found: str) -> None:
    assert base(name) == found


def test_names_that_came_before_get_a_number() -> None:
    assert distinct(["mara", "Mara", "mara_2", "", "", "mara"]) == [
        "mara",
        "Mara_2",
        "mara_2_2",
        "",
        "",
        "mara_3",
    ]
    assert distinct(["m" * 32, "m" * 32]) == ["m" * 32, "m" * 30 + "_2"]


@given(st.lists(st.tuples(st.text(max_size=40), st.sampled_from(["image", "video", "audio"])), max_size=30))
def test_every_file_is_in_one_group_and_every_handle_can_be_used(asked: list[tuple[str, str]]) -> None:
    files = [NamedFile(*one) for one in asked]
    groups = group(files)
    assert sorted(place for one in groups for place in one.indexes) == list(range(len(files)))
    names = [one.handle for one in groups if one.handle]
    assert all(map(handles.is_handle, names))
    assert len({handles.fold(name) for name in names}) == len(names)
    for one in groups:
        kinds = [files[place].kind for place in one.indexes]
        assert one.kind == "character" or kinds == [one.kind]
        assert one.kind != "character" or (1 <= kinds.count("image") <= 5 and kinds.count("audio") <= 1)
