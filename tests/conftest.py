"""What the tests share: a real S3 server, the sandbox over HTTP, and the people of the permission tables.

alice owns the project, bob edits in it, rita reviews, vera only looks, charlie is a stranger.
"""

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.contrib.auth.models import User

from generation import lifecycle
from generation.composition import Settings
from generation.models import Job
from generation.sandbox.server import SandboxServer
from library import storage
from library.models import Project, Role
from tests import factories
from tests.killable import Service, s3_service
from tests.shared_films import SharedFilms
from tests.worker_host import WorkerHost


def pytest_addoption(parser: pytest.Parser) -> None:
    meant = "run only the tests that use the database: for a second run on another one"
    parser.addoption("--only-database", action="store_true", help=meant)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests of wording where every message is `x`, and with `--only-database` those without one."""
    wanted = [
        item
        for item in items
        if not (settings.DUMMY_CATALOGUE and item.get_closest_marker("wording"))
        and (_uses_database(item) or not config.getoption("--only-database"))
    ]
    kept = set(wanted)
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = wanted


def _uses_database(item: pytest.Item) -> bool:
    used = set(getattr(item, "fixturenames", ()))
    return item.get_closest_marker("django_db") is not None or bool(
        used & {"db", "transactional_db", "django_db_setup"}
    )


@pytest.fixture(scope="session")
def s3() -> Iterator[Service]:
    """The local S3 server as `manage.py up` starts it, with the bucket made."""
    server = s3_service()
    server.start()
    try:
        storage.ensure_bucket()
        yield server
    finally:
        server.stop()


@pytest.fixture(autouse=True)
def _stored_pictures_start_again() -> None:
    factories.stored_pictures.start_test()


@pytest.fixture(scope="session")
def sandbox_server() -> Iterator[SandboxServer]:
    """The sandbox provider on the port that the settings name; rendering takes no longer than drawing."""
    with SandboxServer(
        settings.VAR_DIR / "sandbox",
        port=settings.EMBEDDED["sandbox_port"],
        api_key=settings.SKYREELS_API_KEY,
        speed=0,
    ) as server:
        yield server


@pytest.fixture(scope="session")
def shared_films(sandbox_server: SandboxServer, tmp_path_factory: pytest.TempPathFactory) -> SharedFilms:
    return SharedFilms(sandbox_server.renderer, tmp_path_factory.mktemp("films") / "shared")


@pytest.fixture
def sandbox(sandbox_server: SandboxServer, shared_films: SharedFilms) -> Iterator[SandboxServer]:
    """The sandbox without faults, before and after."""
    shared_films.start_test()
    sandbox_server.clear_faults()
    yield sandbox_server
    sandbox_server.clear_faults()


@pytest.fixture
def alice(db: None) -> User:
    return factories.person("alice")


@pytest.fixture
def bob(db: None) -> User:
    return factories.person("bob")


@pytest.fixture
def rita(db: None) -> User:
    return factories.person("rita")


@pytest.fixture
def vera(db: None) -> User:
    return factories.person("vera")


@pytest.fixture
def charlie(db: None) -> User:
    return factories.person("charlie")


@pytest.fixture
def project(alice: User, bob: User, rita: User, vera: User) -> Project:
    """alice's project with its team."""
    made = factories.project(alice, name="Harbour Lights", slug="harbour-lights")
    factories.join(made, bob, Role.EDITOR)
    factories.join(made, rita, Role.REVIEWER)
    factories.join(made, vera, Role.VIEWER)
    return made


@pytest.fixture
def worker(transactional_db: None, s3: None) -> Iterator[WorkerHost]:
    """A real `manage.py worker` on the test's own database; the test starts and kills it."""
    host = WorkerHost()
    yield host
    host.stop()


@pytest.fixture
def queue_job(transactional_db: None, alice: User, project: Project) -> Callable[[str], Job]:
    """Queue a three second job for a prompt, on a database that worker processes see."""
    chosen = Settings(duration=3)
    return lambda prompt: lifecycle.create(by=alice, project=project, prompt=prompt, settings=chosen)
