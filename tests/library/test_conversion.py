"""Sound of other kinds becomes MP3, or is refused with a sentence."""

import random
from pathlib import Path

import pytest

from library.decoder.conversion import converted
from library.probe import Refusal, UnreadableMedia
from library.probe.identify import probe
from tests.library import files

SOUNDS = {
    "voice.m4a": "aac",
    "voice.mp4": "aac",
    "voice.ogg": "libopus",
    "voice.opus": "libopus",
    "voice.flac": "flac",
}


@pytest.mark.parametrize("name", SOUNDS)
def test_sound_of_other_kinds_becomes_mp3(tmp_path: Path, name: str) -> None:
    source = files.recording(tmp_path / name, SOUNDS[name], seconds=1.5, title="Mara at 52.52 N")
    target = converted(source, name=name)
    facts = probe(target)
    assert (facts.kind, facts.mime) == ("audio", "audio/mpeg")
    assert facts.seconds == pytest.approx(1.5, abs=0.12)
    assert b"52.52" not in target.read_bytes()
    again = converted(source, name=name).read_bytes()
    assert again == target.read_bytes()


def test_what_the_provider_takes_stays_as_it_is(tmp_path: Path) -> None:
    film, sound = files.video(tmp_path / "film.mp4"), tmp_path / "voice.wav"
    sound.write_bytes(files.sound())
    assert converted(film, name="film.mp4") == film
    assert converted(sound, name="voice.wav") == sound


def test_a_sound_longer_than_an_hour_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = files.recording(tmp_path / "voice.ogg", "libopus", seconds=2)
    monkeypatch.setattr("library.decoder.conversion.MAX_SECONDS", 1)
    with pytest.raises(UnreadableMedia) as caught:
        converted(path, name="voice.ogg")
    assert (caught.value.code, caught.value.name) == (Refusal.TOO_LONG, "voice.ogg")


@pytest.mark.parametrize("head", [b"OggS", b"fLaC", b"\0\0\0\x18ftypM4A "])
def test_a_header_without_content_is_refused(tmp_path: Path, head: bytes) -> None:
    path = tmp_path / "voice"
    path.write_bytes(head + bytes(60))
    with pytest.raises(UnreadableMedia, match=r"^voice: "):
        probe(converted(path, name="voice"), name="voice")


def outcome(path: Path) -> str:
    """What became of it: its new kind, or the name in the refusal."""
    try:
        return probe(converted(path, name=path.name), name=path.name).mime
    except UnreadableMedia as refusal:
        return refusal.name


@pytest.mark.parametrize("name", ["voice.m4a", "voice.ogg", "voice.flac"])
def test_a_sound_with_changed_bytes_is_converted_or_refused(tmp_path: Path, name: str) -> None:
    content = files.recording(tmp_path / name, SOUNDS[name], seconds=0.3).read_bytes()
    chance, path = random.Random(name), tmp_path / f"changed_{name}"
    for _ in range(60):
        changed = bytearray(content[: chance.choice([len(content), chance.randrange(4, len(content))])])
        for _ in range(chance.randint(0, 6)):
            changed[chance.randrange(4, len(changed))] = chance.randrange(256)
        path.write_bytes(changed)
        assert outcome(path) in {"audio/mpeg", path.name}
