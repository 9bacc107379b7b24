"""What the demo consists of, as plain data: two projects, their assets, and the takes to be made."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path
from uuid import UUID, uuid5

from PIL import Image

from generation.composition import Settings
from generation.demo import city, landscapes, troupe
from generation.demo.clip import draw_clip
from generation.demo.looks import Look, Pose
from generation.demo.portraits import portrait
from generation.demo.robot import robot
from generation.demo.sound import hum
from generation.demo.street import neon_street
from library.models import Asset

QUALITY = 88
HARBOUR, MARKET = "harbour-lights", "night-market"
# Any fixed name will do.
FORM_KEYS = UUID("5b1c7f0e-7c7e-4c39-9f0e-2d7a6a0c5f11")


@dataclass(frozen=True)
class File:
    """One file to be made; `write` writes it to the path that it is given."""

    suffix: str
    write: Callable[[Path], object]


@dataclass(frozen=True)
class DemoProject:
    """A production with its shots, code and title."""

    slug: str
    name: str
    description: str
    budget_usd: Decimal | None
    shots: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class DemoAsset:
    """An asset at home in one project; `also_in` names those that link to it."""

    handle: str
    kind: Asset.Kind
    title: str
    tags: Sequence[str]
    home: str
    files: Sequence[File]
    description: str = ""
    also_in: Sequence[str] = ()


@dataclass(frozen=True)
class DemoJob:
    """A take to be made through the sandbox, asked for by one of the people."""

    project: str
    shot: str
    by: str
    prompt: str
    settings: Settings


def form_key(number: int, job: DemoJob) -> UUID:
    """The same job of the demo, by its place among `JOBS`, always has the same one."""
    return uuid5(FORM_KEYS, f"{job.project}/{job.shot}/{number}")


def _jpeg(draw: Callable[[], Image.Image]) -> File:
    return File(".jpg", lambda path: draw().save(path, "JPEG", quality=QUALITY))


def _portraits(look: Look, seed: int, *poses: Pose) -> list[File]:
    return [_jpeg(partial(portrait, look, pose, seed + place)) for place, pose in enumerate(poses)]


VOICE = File(".wav", hum)
PROJECTS = (
    DemoProject(
        HARBOUR, "Harbour Lights", "Eight minutes about the last ferry of the year and the people who wait for it.",
        Decimal("60.00"), [("010", "The ferry comes in"), ("020", "Up to the lighthouse"), ("030", "Lamps")],
    ),
    DemoProject(
        MARKET, "Night Market", "A short series: one stall, one night, one robot that wants to help.",
        Decimal("25.00"), [("010", "Rain on the neon street"), ("020", "Bo opens her stall")],
    ),
)  # fmt: skip
ASSETS = (
    DemoAsset("Mara", Asset.Kind.CHARACTER, "Mara Voss", ["lead", "harbour"], HARBOUR,
              [*_portraits(troupe.MARA, 10, troupe.FRONT, troupe.AWAY, troupe.LAUGHING, troupe.THINKING), VOICE],
              "Harbour pilot, red coat, dry humour. Keep the coat red in every light.", [MARKET]),
    DemoAsset("harbour", Asset.Kind.IMAGE, "Harbour at dusk", ["harbour", "dusk", "set"], HARBOUR,
              [_jpeg(partial(landscapes.harbour, 2))]),
    DemoAsset("Tom", Asset.Kind.CHARACTER, "Tom Reyes", ["harbour"], HARBOUR,
              _portraits(troupe.TOM, 20, troupe.FRONT, troupe.AWAY, troupe.LAUGHING),
              "Keeper of the light. Never without his cap."),
    DemoAsset("neon_street", Asset.Kind.IMAGE, "Neon street in the rain", ["city", "night", "set"], MARKET,
              [_jpeg(partial(neon_street, 2))]),
    DemoAsset("Bo", Asset.Kind.CHARACTER, "Bo Adeyemi", ["lead", "market"], MARKET,
              _portraits(troupe.BO, 30, troupe.FRONT, troupe.AWAY, troupe.LAUGHING),
              "Has sold lamps here for forty years and knows everybody."),
    DemoAsset("lamps_on", Asset.Kind.VIDEO, "The lamps come on", ["harbour", "motion"], HARBOUR,
              [File(".mp4", partial(draw_clip, seed=7))], "Locked camera, four lamps, one after the other."),
    DemoAsset("R-7", Asset.Kind.CHARACTER, "R-7", ["market", "robot"], MARKET,
              [_jpeg(partial(robot, pose, 40 + place))
               for place, pose in enumerate((troupe.FRONT, troupe.AWAY, troupe.LAUGHING))],
              "Carries crates. Wants to be asked."),
    DemoAsset("market", Asset.Kind.IMAGE, "Lanterns over the market", ["market", "night", "set"], MARKET,
              [_jpeg(partial(city.market, 3))]),
    DemoAsset("lighthouse", Asset.Kind.IMAGE, "Lighthouse in the blue hour", ["harbour", "night", "set"], HARBOUR,
              [_jpeg(partial(landscapes.lighthouse, 3))]),
    DemoAsset("Lio", Asset.Kind.CHARACTER, "Lio", ["market"], MARKET,
              _portraits(troupe.LIO, 50, troupe.FRONT, troupe.LAUGHING), "Nine, in the yellow raincoat."),
    DemoAsset("roofs", Asset.Kind.IMAGE, "Roofs under the moon", ["city", "night", "set"], MARKET,
              [_jpeg(partial(city.night_city, 1))], also_in=[HARBOUR]),
    DemoAsset("dusk_hills", Asset.Kind.IMAGE, "Hills behind the bay", ["dusk", "set"], HARBOUR,
              [_jpeg(partial(landscapes.hills, 1))]),
    DemoAsset("humming", Asset.Kind.AUDIO, "Mara, humming", ["voice"], HARBOUR, [VOICE]),
)  # fmt: skip
JOBS = (
    DemoJob(HARBOUR, "010", "jonas",
            "@Mara steps off the last ferry at @harbour and looks back once; warm dusk light, slow push in",
            Settings(duration=5, resolution="480p")),
    DemoJob(HARBOUR, "010", "jonas",
            "@Mara waits at the railing of @harbour while the ferry turns, the camera drifts past her to the water",
            Settings(duration=4, resolution="720p")),
    DemoJob(HARBOUR, "020", "inez",
            "@Tom climbs the path to the @lighthouse with a lantern in his hand, the beam sweeps over the sea",
            Settings(duration=4, resolution="480p")),
    DemoJob(HARBOUR, "030", "jonas",
            "A quay at dusk, the lamps come on one by one from left to right, the water is still",
            Settings(duration=3, resolution="480p")),
    DemoJob(MARKET, "010", "inez",
            "@Mara walks along the @neon_street in the rain, signs mirrored on the wet ground, handheld",
            Settings(duration=3, resolution="720p")),
    DemoJob(MARKET, "020", "jonas",
            "@Bo lights the first lantern of the @market and @R-7 hands her the next one",
            Settings(duration=4, resolution="480p")),
)  # fmt: skip
