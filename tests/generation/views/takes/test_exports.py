"""What leaves the house, as the browser gets it."""

import csv
import hashlib
import io
import json
import zipfile
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from generation.models import Job, JobReference, Shot, Take
from generation.reviews.exports import approved_zip, manifests
from generation.reviews.notes import notes
from generation.reviews.verdicts import verdicts
from library import storage
from tests import factories
from tests.generation.films import stored_take
from tests.generation.views.conftest import make_take

pytestmark = pytest.mark.django_db
REQUEST = {
    "prompt": "what is it? https://a.example/?x=1",
    "model": "skyreels-v4-fast",
    "webhook": "https://backlot.example/hooks/skyreels/secret-token",
    "ref_images": [{"tag": "@Mara", "image_urls": ["https://s3.example/media/a.png?X-Amz-Signature=abc"]}],
}


def zipped(response) -> zipfile.ZipFile:
    assert response.status_code == 200
    return zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))


def address(name: str, *args: object) -> str:
    return reverse(f"generation:{name}", args=args)


@pytest.fixture
def approved(alice, rita, project, s3) -> Take:
    """Approved by rita, made with `@Mara`, sent with a signed address and a callback."""
    take = stored_take(alice, project, shot=Shot.objects.create(project=project, code="010"))
    mara = factories.asset(alice, handle="Mara", project=project)
    mara.licence, mara.rights_end_on = "Agency <b>A</b>", date(2099, 1, 2)
    mara.save()
    JobReference.objects.create(
        job=take.job, handle="Mara", asset=mara, version=mara.current_version, position=0
    )
    Job.objects.filter(pk=take.job.pk).update(
        request_body=json.dumps(REQUEST).encode(), provider="gateway", hook_token="secret-token"
    )
    take.signed_by, take.original_sha256 = "Harbour Films", "cd" * 32
    take.save(update_fields=["signed_by", "original_sha256"])
    verdicts.decide(take, decision="approved", by=rita, reason="At last")
    return take


def test_the_approved_takes_leave_with_their_provenance(as_alice, project, approved):
    other = make_take(approved.job.created_by, project)
    archive = zipped(as_alice.get(address("approved_zip", project.slug)))
    name = "harbour-lights-010-take-1"
    assert archive.namelist() == ["manifest.json", f"{name}.html", f"{name}.mp4"]
    assert archive.testzip() is None
    assert hashlib.sha256(archive.read(f"{name}.mp4")).hexdigest() == approved.sha256

    manifest = json.loads(archive.read("manifest.json"))
    (card,) = manifest["takes"]
    assert (card["file"], card["sha256"], card["take"]) == (
        f"{name}.mp4",
        approved.sha256,
        str(approved.uuid),
    )
    assert str(other.uuid) not in json.dumps(manifest)
    assert (card["model"], card["provider"], card["made_by"]) == ("skyreels-v4-fast", "gateway", "alice")
    assert card["credentials"]["original_sha256"] == "cd" * 32
    (asset,) = card["assets"]
    assert (asset["handle"], asset["version"], asset["licence"], asset["rights_end_on"]) == (
        "Mara",
        1,
        "Agency <b>A</b>",
        "2099-01-02",
    )
    assert len(asset["files"][0]["sha256"]) == 64
    (said,) = card["verdicts"]
    assert (said["by"], said["decision"], said["counts"]) == ("rita", "approved", True)
    assert card["cost"]["estimated"] == "0.3200"


def test_what_would_open_something_stays_here(as_alice, project, approved):
    archive = zipped(as_alice.get(address("approved_zip", project.slug)))
    (card,) = json.loads(archive.read("manifest.json"))["takes"]
    assert card["request"] == {
        "prompt": REQUEST["prompt"],
        "model": REQUEST["model"],
        "ref_images": [{"tag": "@Mara", "image_urls": ["https://s3.example/media/a.png"]}],
    }
    for name in archive.namelist():
        assert b"secret-token" not in archive.read(name)
        assert b"X-Amz" not in archive.read(name)


def test_the_provenance_page_escapes_texts_by_users(as_alice, project, approved):
    archive = zipped(as_alice.get(address("approved_zip", project.slug)))
    page = archive.read("harbour-lights-010-take-1.html").decode()
    assert "Agency &lt;b&gt;A&lt;/b&gt;" in page
    assert "rita" in page
    assert approved.sha256 in page


def test_without_an_approved_take_the_project_page_shows_a_warning(as_alice, project):
    back = as_alice.get(address("approved_zip", project.slug), follow=True)
    assert back.redirect_chain == [(project.get_absolute_url(), 302)]
    assert "message-warning" in back.content.decode()


def test_abandoned_takes_are_not_exported(as_alice, project, approved):
    Job.objects.filter(pk=approved.job.pk).update(abandoned_at=timezone.now())
    assert as_alice.get(address("approved_zip", project.slug)).status_code == 302


def test_too_much_for_one_zip_is_refused(as_alice, project, approved, monkeypatch):
    monkeypatch.setattr(approved_zip, "MAX_TAKES", 0)
    back = as_alice.get(address("approved_zip", project.slug), follow=True)
    assert back.redirect_chain == [(project.get_absolute_url(), 302)]
    assert "message-warning" in back.content.decode()


def test_a_single_shot_can_be_exported(as_alice, project, approved):
    whole = address("approved_zip", project.slug)
    assert len(zipped(as_alice.get(f"{whole}?shot=010")).namelist()) == 3
    assert as_alice.get(f"{whole}?shot=020").status_code == 302


def test_loose_takes_come_after_the_shots(as_alice, alice, rita, project, approved):
    loose = stored_take(alice, project)
    verdicts.decide(loose, decision="approved", by=rita)
    assert approved_zip.approved(project) == [approved, loose]


def test_the_number_of_queries_does_not_depend_on_the_number_of_takes(
    as_alice, alice, rita, project, approved, django_assert_num_queries
):
    exported = approved_zip.approved
    with django_assert_num_queries(6):
        list(exported(project))
    for _ in range(2):
        verdicts.decide(make_take(alice, project), decision="approved", by=rita)
    with django_assert_num_queries(6):
        found = exported(project)
    with django_assert_num_queries(0):
        [manifests.build_card(take, file="x", base_url="", editable=()) for take in found]


def test_notes_leave_as_csv_and_no_note_is_a_formula(as_alice, alice, rita, project):
    take = make_take(alice, project, shot=Shot.objects.create(project=project, code="010"))
    root = notes.write(take, author=rita, text='=HYPERLINK("http://x")', frame=58, end_frame=60)
    notes.write(take, author=alice, text="No, really", parent=root)
    notes.resolve(root, by=alice)
    response = as_alice.get(address("notes_csv", take.uuid))
    assert 'filename="harbour-lights-010-take-1-notes.csv"' in response["Content-Disposition"]
    first, second = csv.DictReader(io.StringIO(response.getvalue().decode()))
    assert (first["time_code"], first["end_time_code"], first["frame"]) == ("00:02.10", "00:02.12", "58")
    assert first["text"] == '\'=HYPERLINK("http://x")'
    assert (first["author"], first["state"], first["resolved_by"]) == ("rita", "resolved", "alice")
    assert (second["author"], second["reply_to"], second["frame"]) == ("alice", str(root.uuid), "")


def test_notes_go_on_paper_with_their_pictures_where_there_are_few(as_alice, alice, rita, project):
    take = make_take(alice, project)
    root = notes.write(take, author=rita, text="<i>Colder</i>", frame=58)
    notes.write(take, author=alice, text="Like this?", parent=root)
    page = as_alice.get(address("notes_print", take.uuid)).content.decode()
    assert "&lt;i&gt;Colder&lt;/i&gt;" in page
    assert ("00:02.10" in page, "Like this?" in page, "notes-print.css" in page) == (True, True, True)
    assert address("still", take.uuid, 58) in page
    for number in range(12):
        notes.write(take, author=rita, text=f"Note {number}", frame=number)
    page = as_alice.get(address("notes_print", take.uuid)).content.decode()
    assert address("still", take.uuid, 58) not in page
    page = as_alice.get(address("notes_print", take.uuid) + "?stills=1").content.decode()
    assert address("still", take.uuid, 58) in page


def test_hundreds_of_notes_are_printed_by_few_questions(
    as_alice, alice, rita, project, django_assert_max_num_queries
):
    take = make_take(alice, project)
    for number in range(30):
        notes.write(take, author=rita, text=f"Note {number}", frame=number)
    with django_assert_max_num_queries(12):
        as_alice.get(address("notes_print", take.uuid))


@pytest.mark.parametrize("kind", ["edl", "otio"])
def test_markers_are_files_to_save(as_alice, approved, project, kind):
    for page, name in (
        (address("markers", approved.uuid, kind), f"harbour-lights-010-take-1.{kind}"),
        (address("project_markers", project.slug, kind), f"harbour-lights-approved.{kind}"),
    ):
        response = as_alice.get(page)
        assert response["Content-Disposition"] == f'attachment; filename="{name}"'
        assert "harbour-lights-010-take-1" in response.content.decode()


def test_an_unsupported_frame_rate_redirects_to_the_take(as_alice, approved):
    Take.objects.update(fps=32.0)
    back = as_alice.get(address("markers", approved.uuid, "edl"), follow=True)
    assert back.redirect_chain == [(approved.get_absolute_url(), 302)]
    assert "message-warning" in back.content.decode()


def test_the_take_page_says_what_the_file_says_of_itself(as_alice, approved):
    page = as_alice.get(approved.get_absolute_url()).content.decode()
    assert "Harbour Films" in page
    Take.objects.filter(pk=approved.pk).update(signed_by="", unsigned_reason="no_certificate")
    page = as_alice.get(approved.get_absolute_url()).content.decode()
    assert "no certificate is configured" in page


def test_the_providers_own_file_can_be_had(as_alice, approved):
    approved.original_key = storage.take_key(approved.job.uuid)
    approved.save()
    page = as_alice.get(approved.get_absolute_url()).content.decode()
    assert "harbour-lights-010-take-1-original.mp4" in page
