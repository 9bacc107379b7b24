"""A signed clip: what it says of itself, that it plays as before, and that a changed one is found out."""

import hashlib
import json
import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import pytest

from generation import provenance
from generation.provenance.certificates import NAME
from library.probe import identify as probe

AI_MADE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


def pictures(path: Path) -> list[str]:
    """A digest of each decoded picture."""
    with av.open(str(path)) as film:
        return [hashlib.sha256(frame.to_image().tobytes()).hexdigest() for frame in film.decode(video=0)]


@pytest.fixture
def signed(clip: Path, tmp_path: Path, said, self_made) -> Path:
    target = tmp_path / "signed.mp4"
    provenance.sign(clip, target, said, by=self_made)
    return target


def test_a_signed_clip_says_that_it_is_ai_made_by_which_model_and_when(signed):
    manifest = provenance.read(signed)
    actions = next(told for told in manifest["assertions"] if told["label"].startswith("c2pa.actions"))
    assert actions["data"]["actions"] == [
        {
            "action": "c2pa.created",
            "when": "2026-03-01T12:30:00Z",
            "softwareAgent": {"name": "SkyReels V4", "version": "skyreels-v4-std"},
            "digitalSourceType": AI_MADE,
        }
    ]
    assert manifest["claim_generator_info"][0]["name"] == "Backlot"
    assert manifest["signature_info"]["common_name"] == NAME
    assert "not trusted" in NAME


def test_it_names_the_providers_own_bytes_and_nothing_of_the_production(signed):
    manifest = provenance.read(signed)
    original = next(told for told in manifest["assertions"] if told["label"] == "backlot.original")
    assert original["data"]["sha256"] == "ab" * 32
    assert "Mara" not in json.dumps(manifest)
    assert b"harbour" not in signed.read_bytes()


def test_the_signed_clip_plays_the_same_pictures(clip, signed):
    assert pictures(signed) == pictures(clip)
    assert probe.content_digest(signed) == probe.content_digest(clip)
    assert probe.probe(signed).seconds == probe.probe(clip).seconds


@pytest.mark.parametrize("part", ["picture", "manifest"])
def test_a_clip_that_was_changed_is_found_out(signed, part):
    content = bytearray(signed.read_bytes())
    place = content.index(b"mdat") + 200 if part == "picture" else content.index(b"skyreels-v4-std")
    content[place] ^= 1
    signed.write_bytes(content)
    with pytest.raises(provenance.CannotSign, match=r"not valid|cannot be read"):
        provenance.read(signed)


def test_a_clip_without_credentials_has_none_to_read(clip):
    with pytest.raises(provenance.CannotSign, match="cannot be read"):
        provenance.read(clip)


def test_a_long_video_is_hashed_in_pieces(clip, tmp_path, said, self_made):
    content = clip.read_bytes()
    start = content.index(b"mdat") - 4
    length = int.from_bytes(content[start : start + 4])
    longer = (length + 40_000_000).to_bytes(4)
    film = tmp_path / "long.mp4"
    after = start + length
    film.write_bytes(
        content[:start] + longer + content[start + 4 : after] + bytes(40_000_000) + content[after:]
    )
    manifest = provenance.sign(film, tmp_path / "signed.mp4", said, by=self_made)
    binding = next(told for told in manifest["assertions"] if told["label"].startswith("c2pa.hash.bmff"))
    assert binding["data"]["merkle"]
    assert pictures(tmp_path / "signed.mp4") == pictures(clip)


def test_an_ended_certificate_signs_nothing(clip, tmp_path, said, self_made):
    ended = replace(self_made, ends_at=datetime.now(UTC) - timedelta(days=1))
    with pytest.raises(provenance.CannotSign, match="has expired"):
        provenance.sign(clip, tmp_path / "signed.mp4", said, by=ended)


def test_what_is_no_video_is_not_signed(tmp_path, said, self_made):
    page = tmp_path / "page.mp4"
    page.write_text("<html>")
    with pytest.raises(provenance.CannotSign, match="could not be signed"):
        provenance.sign(page, tmp_path / "signed.mp4", said, by=self_made)


def test_a_time_stamp_that_is_not_to_be_had_is_done_without(clip, tmp_path, said, self_made, caplog):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        nobody = f"http://127.0.0.1:{closed.getsockname()[1]}/"
    manifest = provenance.sign(clip, tmp_path / "signed.mp4", said, by=self_made, timestamps=nobody)
    assert manifest["signature_info"]["common_name"] == NAME
    assert "no time stamp" in caplog.text
