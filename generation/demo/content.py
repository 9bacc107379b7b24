"""The demo as plain data: two projects, their assets, and the takes to render."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid5

from generation.composition import Settings
from library.models import Asset

MEDIA = Path(__file__).parent / "media"
HARBOUR, MARKET = "harbour-lights", "night-market"
# Namespace of the form keys of the demo's jobs; never change it.
FORM_KEYS = UUID("5b1c7f0e-7c7e-4c39-9f0e-2d7a6a0c5f11")


@dataclass(frozen=True)
class DemoProject:
    """A project; `shots` are pairs of code and title."""

    slug: str
    name: str
    description: str
    budget_usd: Decimal | None
    shots: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class DemoAsset:
    """An asset of the project `home`; `files` are in `MEDIA`, and the projects in `also_in` link to the asset."""

    handle: str
    kind: Asset.Kind
    title: str
    tags: Sequence[str]
    home: str
    files: Sequence[str]
    description: str = ""
    also_in: Sequence[str] = ()


@dataclass(frozen=True)
class DemoJob:
    """A take to render in the sandbox; `by` is a username."""

    project: str
    shot: str
    by: str
    prompt: str
    settings: Settings


def form_key(number: int, job: DemoJob) -> UUID:
    """Return the constant form key of `JOBS[number]`, so that the job is created only once."""
    return uuid5(FORM_KEYS, f"{job.project}/{job.shot}/{number}")


def _poses(name: str, *poses: str) -> list[str]:
    return [f"{name}-{pose}.jpg" for pose in poses]


VOICE = "humming.wav"
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
              [*_poses("mara", "front", "away", "laughing", "thinking"), VOICE],
              "Harbour pilot, red coat, dry humour. Keep the coat red in every light.", [MARKET]),
    DemoAsset("harbour", Asset.Kind.IMAGE, "Harbour at dusk", ["harbour", "dusk", "set"], HARBOUR,
              ["harbour.jpg"]),
    DemoAsset("Tom", Asset.Kind.CHARACTER, "Tom Reyes", ["harbour"], HARBOUR,
              _poses("tom", "front", "away", "laughing"), "Keeper of the light. Never without his cap."),
    DemoAsset("neon_street", Asset.Kind.IMAGE, "Neon street in the rain", ["city", "night", "set"], MARKET,
              ["neon_street.jpg"]),
    DemoAsset("Bo", Asset.Kind.CHARACTER, "Bo Adeyemi", ["lead", "market"], MARKET,
              _poses("bo", "front", "away", "laughing"),
              "Has sold lamps here for forty years and knows everybody."),
    DemoAsset("lamps_on", Asset.Kind.VIDEO, "The lamps come on", ["harbour", "motion"], HARBOUR,
              ["lamps_on.mp4"], "Locked camera, four lamps, one after the other."),
    DemoAsset("R-7", Asset.Kind.CHARACTER, "R-7", ["market", "robot"], MARKET,
              _poses("r-7", "front", "away", "laughing"), "Carries crates. Wants to be asked."),
    DemoAsset("market", Asset.Kind.IMAGE, "Lanterns over the market", ["market", "night", "set"], MARKET,
              ["market.jpg"]),
    DemoAsset("lighthouse", Asset.Kind.IMAGE, "Lighthouse in the blue hour", ["harbour", "night", "set"], HARBOUR,
              ["lighthouse.jpg"]),
    DemoAsset("Lio", Asset.Kind.CHARACTER, "Lio", ["market"], MARKET,
              _poses("lio", "front", "laughing"), "Nine, in the yellow raincoat."),
    DemoAsset("roofs", Asset.Kind.IMAGE, "Roofs under the moon", ["city", "night", "set"], MARKET,
              ["roofs.jpg"], also_in=[HARBOUR]),
    DemoAsset("dusk_hills", Asset.Kind.IMAGE, "Hills behind the bay", ["dusk", "set"], HARBOUR,
              ["dusk_hills.jpg"]),
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
