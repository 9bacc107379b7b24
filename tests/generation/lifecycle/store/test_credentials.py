"""A stored take carries content credentials; where that cannot be, it is stored all the same."""

import hashlib
from pathlib import Path

import av
import pytest

from generation import promotion, provenance
from generation.models import Job
from generation.models.job_codes import UnsignedCode
from generation.provenance import certificates
from library import storage
from tests.stored import stored_keys

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("s3")]
Status = Job.Status


def fetched(key: str, folder: Path) -> Path:
    path = folder / key.replace("/", "-")
    storage.download(key, path)
    return path


def test_a_take_is_signed_and_the_providers_bytes_are_kept(queued, bring_to, sandbox, tmp_path):
    job = bring_to(queued(), Status.SUCCEEDED)
    take = job.take
    signed, original = fetched(take.key, tmp_path), fetched(take.original_key, tmp_path)
    assert hashlib.sha256(signed.read_bytes()).hexdigest() == take.sha256
    assert signed.stat().st_size == take.size
    assert take.original_key == storage.take_key(job.uuid)

    manifest = provenance.read(signed)
    by = manifest["signature_info"]["common_name"]
    assert by == certificates.NAME
    known = hashlib.sha256(original.read_bytes()).hexdigest()
    assert (take.signed_by, take.original_sha256, take.unsigned_reason) == (by, known, "")
    assert job.events.last().data == {"signed_by": by, "sha256": known}
    with pytest.raises(provenance.CannotSign):
        provenance.read(original)


def test_its_frames_are_counted_as_they_are_decoded(queued, bring_to, sandbox, tmp_path):
    take = bring_to(queued(), Status.SUCCEEDED).take
    with av.open(str(fetched(take.key, tmp_path))) as film:
        decoded = sum(1 for _ in film.decode(video=0))
    assert take.frames == decoded == take.frame_count == 72
    assert take.times == [], "they follow from the rate"


def test_storing_twice_leaves_one_original(queued, bring_to, sandbox):
    take = bring_to(queued(), Status.SUCCEEDED).take
    mine = [key for key in stored_keys() if str(take.job.uuid) in key]
    assert sorted(mine) == sorted([take.key, take.original_key, take.poster_key])


def test_production_without_a_certificate_stores_it_unsigned(queued, bring_to, sandbox, settings, caplog):
    settings.PRODUCTION = True
    job = bring_to(queued(), Status.SUCCEEDED)
    assert (job.take.key, job.take.original_key) == (storage.take_key(job.uuid), "")
    assert job.take.unsigned_reason == UnsignedCode.NO_CERTIFICATE
    assert "no content credentials" in caplog.text


def test_a_certificate_that_cannot_be_read_loses_no_take(queued, bring_to, sandbox, settings, tmp_path):
    settings.VAR_DIR = tmp_path / "gone"
    job = bring_to(queued(), Status.SUCCEEDED)
    assert job.take.original_key == ""
    assert job.take.unsigned_reason == UnsignedCode.CERTIFICATE_UNREADABLE
    assert job.take.unsigned_detail == "No such file or directory"


def test_the_library_finds_the_signed_file_again(alice, queued, bring_to, sandbox):
    take = bring_to(queued(), Status.SUCCEEDED).take
    asset = promotion.promote(take, by=alice, handle="Dusk")
    assert asset.cover.sha256 == take.sha256
