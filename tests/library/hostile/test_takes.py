"""A provider that gives out a hostile file instead of a video: no take, no object, and the job says what was wrong."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.conf import settings as project_settings
from django.contrib.auth.models import User
from django.utils import timezone

from generation.lifecycle.store.results import store_job
from generation.models import Job, Take
from library.models import Project
from tests import factories
from tests.library.hostile.table import FILMS, TAKEN, Case
from tests.stored import stored_keys

pytestmark = [pytest.mark.usefixtures("s3"), pytest.mark.django_db(transaction=True)]
REFUSED = [case for case in FILMS if case.refusal is not TAKEN][::3]


class Host(BaseHTTPRequestHandler):
    """Gives out one file."""

    content: bytes

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.content)))
        self.end_headers()
        self.wfile.write(self.content)

    def log_message(self, *args: object) -> None:
        """Nothing to say."""


@pytest.fixture
def host(settings: object) -> Iterator[type[Host]]:
    """A host of the sandbox's own: the only one on this machine that may be asked."""
    kind = type("OneHost", (Host,), {})
    with ThreadingHTTPServer(("127.0.0.1", 0), kind) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        settings.PROVIDER_IS_SANDBOX = True
        settings.SKYREELS_BASE_URL = kind.url = f"http://127.0.0.1:{server.server_address[1]}"
        yield kind
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.what)
def test_a_hostile_result_becomes_no_take(
    alice: User, project: Project, host: type[Host], case: Case
) -> None:
    host.content = case.make()
    before = stored_keys()
    left_by_others = set(project_settings.FILE_UPLOAD_TEMP_DIR.iterdir())
    job = factories.job(
        alice, project, status=Job.Status.STORING, result_url=f"{host.url}/v.mp4", next_step_at=timezone.now()
    )
    store_job(job.pk)
    job.refresh_from_db()
    assert (job.status, job.attempts, Take.objects.count()) == (Job.Status.STORING, 1, 0)
    assert job.events.last().data["problems"][0]["code"] == "unreadable"
    assert stored_keys() == before
    assert set(project_settings.FILE_UPLOAD_TEMP_DIR.iterdir()) == left_by_others
