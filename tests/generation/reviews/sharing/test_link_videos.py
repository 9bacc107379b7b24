"""The copies that guests of a link see, made by a worker in a real storage, and deleted when their link ends."""

import tempfile
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.utils import timezone
from PIL import Image

from generation import tasks
from generation.models import LinkFilm, ShareLink, Shot, Take
from generation.models.link_films import MAX_TRIES
from generation.reviews.sharing import link_video_encoding, link_videos, share_links
from generation.reviews.sharing.share_links import Terms
from library import storage
from library.models import Project
from library.probe import identify
from tests.generation import striped_films
from tests.generation.striped_films import striped_take
from tests.stored import stored_keys


@pytest.fixture
def take(s3: object, alice: User, project: Project) -> Take:
    return striped_take(alice, project, fps=24, frames=24)


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the tasks that were put into the queue."""
    names: list[str] = []
    monkeypatch.setattr(link_videos, "async_task", names.append)
    return names


def share(shown: Take | Shot, **terms: object) -> ShareLink:
    ends = timezone.now() + timedelta(days=1)
    alice = User.objects.get(username="alice")
    return share_links.share(shown, by=alice, terms=Terms(**terms), expires_at=ends)


def stored() -> dict[str, storage.Stored]:
    return {found.key: found for found in storage.listing() if found.key.startswith("shared/")}


def fetch(key: str) -> bytes:
    with storage.open_file(key) as stream:
        return stream.read()


def test_a_watermark_is_burnt_into_film_and_poster(take: Take, tmp_path: Path) -> None:
    link = share(take, watermark=True, mark="for Otto")
    tasks.encode_link_videos()
    film = link.films.get()
    assert film.made_at is not None
    path, original = tmp_path / "copy.mp4", tmp_path / "take.mp4"
    storage.download(film.key, path)
    storage.download(take.key, original)
    assert identify.frame_times(path) == identify.frame_times(original)
    for before, after in zip(striped_films.decoded(original), striped_films.decoded(path), strict=True):
        assert 8 < striped_films.psnr(before, after) < 30
    with (
        Image.open(BytesIO(fetch(film.poster_key))) as marked,
        Image.open(BytesIO(fetch(take.poster_key))) as plain,
    ):
        assert marked.size == plain.size
        assert striped_films.psnr(plain, marked) < 30


def test_copies_of_a_vote_are_told_apart_by_nothing(s3: object, alice: User, project: Project) -> None:
    """Neither by keys nor by times: they are made together, in the order of their random keys."""
    shot = Shot.objects.create(project=project, code="010")
    takes = [striped_take(alice, project, fps=24, frames=12) for _ in range(5)]
    Take.objects.filter(pk__in=[take.pk for take in takes]).update(shot=shot)
    link = share(shot, blind=True)
    made: list[str] = []
    while film := link_video_encoding._claim():
        made.append(film.uuid.hex)
        link_video_encoding._make(film)
    assert made == sorted(made)
    objects = stored()
    for film in link.films.all():
        told = fetch(film.key) + fetch(film.poster_key)
        for secret in (film.take.uuid, film.take.job.uuid, film.take.key, film.take.pk):
            assert str(secret).encode() not in told or isinstance(secret, int)
        answer = httpx.get(storage.guest_url(film.key))
        assert answer.status_code == 200
        assert "content-disposition" not in answer.headers
        assert not [name for name in answer.headers if name.startswith("x-amz-meta")]
        assert urlsplit(str(answer.url)).path.endswith(f"/shared/{film.uuid.hex}.mp4")
    moments = [objects[film.key].modified for film in link.films.all()]
    assert max(moments) - min(moments) < timedelta(minutes=1)


def test_copies_of_revoked_and_ended_links_are_deleted_with_their_rows(take: Take) -> None:
    before = stored_keys("shared/")
    revoked, ended, open_one = (share(take, watermark=True) for _ in range(3))
    tasks.encode_link_videos()
    assert len(stored_keys("shared/") - before) == 6
    kept = open_one.films.get()
    share_links.revoke(revoked)
    ShareLink.objects.filter(pk=ended.pk).update(expires_at=timezone.now())
    tasks.encode_link_videos()
    assert LinkFilm.objects.get() == kept
    assert {kept.key, kept.poster_key} == stored_keys("shared/") - before


def test_another_text_makes_another_copy_and_deletes_the_first(take: Take) -> None:
    link = share(take, watermark=True, mark="for Otto")
    tasks.encode_link_videos()
    before = link.films.get()
    share_links.change_mark(link, "for Greta")
    assert not link_videos.videos_for(link, [take])[take.pk].is_ready
    tasks.encode_link_videos()
    after = link.films.get()
    assert (after.mark, after.key != before.key) == ("for Greta", True)
    assert link_videos.videos_for(link, [take])[take.pk].key == after.key
    assert not storage.exists(before.key)
    assert not storage.exists(before.poster_key)


def test_one_is_made_at_a_time_and_a_lapsed_lease_is_taken_over(take: Take) -> None:
    for _ in range(2):
        share(take, watermark=True)
    first = link_video_encoding._claim()
    assert first is not None
    assert link_video_encoding._claim() is None
    LinkFilm.objects.filter(pk=first.pk).update(
        leased_until=timezone.now() - timedelta(seconds=1), next_try_at=timezone.now()
    )
    second = link_video_encoding._claim()
    assert second is not None
    # The first worker lives on, and finds out before it stores anything.
    link_video_encoding._make(first)
    assert LinkFilm.objects.filter(made_at__isnull=False).count() == int(second.pk != first.pk)


def test_a_link_that_is_revoked_while_its_film_is_made_leaves_nothing_behind(
    take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = share(take, watermark=True)
    monkeypatch.setattr(link_video_encoding, "RENEW_EVERY", 0.0)
    real = storage.upload

    def revoke_meanwhile(*args: object) -> None:
        share_links.revoke(link)
        link_video_encoding.delete_obsolete()
        real(*args)

    monkeypatch.setattr(storage, "upload", revoke_meanwhile)
    before = stored_keys("shared/")
    tasks.encode_link_videos()
    assert stored_keys("shared/") == before
    assert not LinkFilm.objects.exists()


def test_what_cannot_be_made_is_tried_again_and_given_up(take: Take, woken: list[str]) -> None:
    link = share(take, watermark=True)
    storage.delete(take.key)
    for tries in range(1, MAX_TRIES + 1):
        tasks.encode_link_videos()
        film = link.films.get()
        assert (film.tries, film.made_at, film.leased_until) == (tries, None, None)
        assert film.next_try_at > timezone.now()
        LinkFilm.objects.update(next_try_at=timezone.now())
    assert film.has_failed
    assert link_videos.videos_for(link, [take])[take.pk].has_failed
    woken.clear()
    link_video_encoding.enqueue_if_due()
    assert woken == []


@pytest.mark.django_db(transaction=True)
def test_a_worker_is_woken_by_a_new_link_a_visit_and_each_minute(
    s3: object, alice: User, project: Project, woken: list[str]
) -> None:
    take = striped_take(alice, project, fps=24, frames=12)
    link = share(take, watermark=True)
    assert woken == [link_videos.MAKE_TASK]
    link_video_encoding.enqueue_if_due()
    assert woken == [link_videos.MAKE_TASK] * 2
    link_video_encoding.make_due()
    link_video_encoding.enqueue_if_due()
    assert woken == [link_videos.MAKE_TASK] * 2
    share_links.revoke(link)
    assert woken == [link_videos.MAKE_TASK] * 3


def test_the_audit_knows_the_copies(take: Take, capsys: pytest.CaptureFixture[str]) -> None:
    link = share(take, watermark=True)
    tasks.encode_link_videos()
    film = link.films.get()
    storage.delete(film.key)
    with tempfile.NamedTemporaryFile(suffix=".webp") as file:
        storage.upload(Path(file.name), "shared/nobody.webp", "image/webp")
    with pytest.raises(SystemExit):
        call_command("storage_audit")
    told = capsys.readouterr().out
    assert f"row without its object: copy {film.uuid} for guests, {film.key}" in told
    assert film.poster_key not in told
    call_command("storage_audit", "--fix")
    film.refresh_from_db()
    assert (film.made_at, film.tries) == (None, 0)
    storage.delete("shared/nobody.webp")
