"""Every row of skyreels-api.md, sections 1, 5 and 7: what is accepted, and what is refused with which field.

`SCENARIOS` are the nine of the documentation, `ACCEPTED` the near side of each boundary, `REFUSED` the far side: one
rule broken at a time. `HANDLES` are refused by us alone, since a provider looks for a tag as a substring. `KEYS` are
idempotency keys. What can only be told from a file (10 MB, 15 s, codecs) stands in `tests/library/test_usability.py`.
"""

from generation.skyreels.schemas import Mode, Scenario
from tests.generation.skyreels.drafts import (
    CLIP,
    PICTURE,
    VOICE,
    Data,
    clips,
    grid,
    image,
    keyframes,
    mid,
    subjects,
    text,
    video,
)

FORMATS = {"image": ("jpg", "jpeg", "png", "gif", "bmp"), "video": ("mp4", "mov"), "audio": ("mp3", "wav")}
OTHER_IMAGES = ("webp", "avif", "heic", "tiff", "svg", "mp4", "mp3", "pdf")
OTHER_VIDEOS = ("webm", "mkv", "avi", "m4v", "gif", "mp3")
OTHER_AUDIOS = ("ogg", "m4a", "aac", "flac", "opus", "mp4", "png")


def at(suffix: str) -> str:
    return f"https://h.example/a.{suffix}?X-Amz-Signature=0f.b"


def mids(count: int, **changes: object) -> Data:
    tags = [f"@f{number}x" for number in range(count)]
    return text(prompt=f"sea {' '.join(tags)}", mid_frame_images=[mid(tag) for tag in tags], **changes)


def people(count: int) -> Data:
    tags = [f"@p{number}x" for number in range(count)]
    return text(prompt=f"sea {' '.join(tags)}", ref_images=[image(tag) for tag in tags])


def framed(stamp: object, **changes: object) -> Data:
    return keyframes(mid("@one", time_stamp=stamp), **changes)


# fmt: off
SCENARIOS: list[tuple[Scenario, Mode, Data]] = [
    (Scenario.TEXT_TO_VIDEO, Mode.T2V, text()),
    (Scenario.FIRST_FRAME, Mode.I2V, text(first_frame_image=PICTURE)),
    (Scenario.FIRST_FRAME, Mode.I2V, text(first_frame_image=PICTURE, end_frame_image=PICTURE)),
    (Scenario.END_FRAME, Mode.I2V, text(end_frame_image=PICTURE)),
    (Scenario.KEYFRAMES, Mode.I2V, keyframes()),
    (Scenario.KEYFRAMES, Mode.I2V, keyframes(first_frame_image=PICTURE)),
    (Scenario.KEYFRAMES, Mode.I2V, keyframes(end_frame_image=PICTURE)),
    (Scenario.KEYFRAMES, Mode.I2V, keyframes(first_frame_image=PICTURE, end_frame_image=PICTURE)),
    (Scenario.SUBJECTS, Mode.OMNI, subjects()),
    (Scenario.SUBJECTS, Mode.OMNI, subjects(image("@one"), image("@two"), image("@three"))),
    (Scenario.GRID, Mode.OMNI, subjects(grid("@one"))),
    (Scenario.MOTION_REFERENCE, Mode.OMNI, clips()),
    (Scenario.MOTION_REFERENCE, Mode.OMNI, clips(ref_images=[image("@one"), image("@two")])),
    (Scenario.EXTENSION, Mode.OMNI, clips(video(type="extend"))),
    (Scenario.AUDIO_SYNC, Mode.OMNI, subjects(image("@one", audio_url=VOICE), image("@two"))),
]

ACCEPTED: list[tuple[str, Data]] = [
    *[(f"duration {value}", text(duration=value)) for value in range(3, 16)],
    *[(f"resolution {value}", text(resolution=value)) for value in ("480p", "720p", "1080p")],
    *[(f"ratio {value}", text(aspect_ratio=value)) for value in ("16:9", "4:3", "1:1", "9:16", "3:4")],
    *[(f"optimizer {value}", text(prompt_optimizer=value)) for value in (True, False)],
    ("1280 tokens", text(prompt="sea " * 1280)),
    ("3840 Chinese characters", text(prompt="海" * 3840)),
    ("many signs", text(prompt="sea" + "! " * 3000)),
    ("markup in the prompt", text(prompt="<dialogue>Hello & goodbye</dialogue> <sfx>rain</sfx>")),
    ("webhook", text(webhook="https://backlot.example/hooks")),
    ("nulls are absent", text(duration=None, first_frame_image=None, ref_images=None, webhook=None)),
    ("empty lists are absent", text(mid_frame_images=[], ref_images=[], ref_videos=[], first_frame_image=PICTURE)),
    ("null in an element is absent", subjects(image("@one", audio_url=None))),
    ("grid with null audio", subjects(grid("@one", audio_url=None))),
    *[(f"{count} mid frames", mids(count)) for count in (0, 1, 6)],
    *[(f"{count} subjects", people(count)) for count in (0, 1, 3)],
    *[(f"{count} pictures", subjects(image("@one", image_urls=[PICTURE] * count))) for count in (1, 5)],
    ("grid of one picture", subjects(grid("@one", image_urls=[PICTURE]))),
    ("time unspecified", framed(-1)),
    ("no time", keyframes(mid("@one"))),
    ("first second", framed(1)),
    *[(f"last second of {length}", framed(length - 1, duration=length)) for length in (3, 4, 15)],
    ("last second of the default", framed(4)),
    *[(f"first frame {name}", text(first_frame_image=at(name))) for name in FORMATS["image"]],
    *[(f"end frame {name}", text(end_frame_image=at(name.upper()))) for name in FORMATS["image"]],
    *[(f"mid frame {name}", keyframes(mid("@one", image_url=at(name)))) for name in FORMATS["image"]],
    *[(f"picture {name}", subjects(image("@one", image_urls=[at(name)]))) for name in FORMATS["image"]],
    *[(f"clip {name}", clips(video(video_url=at(name)))) for name in (*FORMATS["video"], "MOV")],
    *[(f"voice {name}", subjects(image("@one", audio_url=at(name)))) for name in FORMATS["audio"]],
    ("picture without a suffix", text(first_frame_image="http://127.0.0.1:9000/media/0a1b2c?X-Amz-Signature=1.2")),
    ("picture called like a format", text(first_frame_image="http://h.example/media/zip")),
    ("a voice beside a motion reference", clips(ref_images=[image("@one", audio_url=VOICE)])),
    ("tag twice in the prompt", subjects(image("@one"), prompt="@one looks at @one.")),
    ("tag of one letter", subjects(image("@x"), prompt="@x waves")),
    ("longer handle beside the tag", subjects(image("@image1"), prompt="@image1 and @image10")),
    ("tag in a script without blanks", subjects(image("@one"), prompt="在@one走路")),
    ("tag without a library's spelling", subjects(image("@1"), prompt="@1 waves")),
    ("tags that begin alike", subjects(image("@one-a"), image("@one-b"), prompt="@one-a @one-b")),
]

I2V = {"first_frame_image": PICTURE, "end_frame_image": PICTURE, "mid_frame_images": [mid("@three")]}
OMNI = {"ref_images": [image("@one")], "ref_videos": [video("@two")]}

# The rule, a request that breaks it and no other, the field that the refusal names.
REFUSED: list[tuple[str, Data, str]] = [
    ("no model", {"prompt": "sea"}, "model"),
    *[(f"model {value}", text(model=value), "model") for value in ("skyreels-v3", "SkyReels-V4-Fast", "", 4, True)],
    ("no prompt", {"model": "skyreels-v4-std"}, "prompt"),
    *[(f"prompt {value!r}", text(prompt=value), "prompt") for value in
      (None, "", " \n", 7, ["sea"], "sea \0", "\ud800")],
    *[(f"no prompt in {name}", {"model": "skyreels-v4-std", name: PICTURE}, "prompt") for name in [*I2V][:2]],
    ("1281 tokens", text(prompt="sea " * 1281), "prompt"),
    ("one endless word", text(prompt="a" * 100_000), "prompt"),
    ("3841 Chinese characters", text(prompt="海" * 3841), "prompt"),
    *[(f"duration {value!r}", text(duration=value), "duration") for value in (2, 16, 0, -5, 5.5, 5.0, "5", True)],
    *[(f"resolution {value!r}", text(resolution=value), "resolution") for value in ("4k", "360p", "1080P", 720)],
    *[(f"ratio {value!r}", text(aspect_ratio=value), "aspect_ratio") for value in ("21:9", "16x9", "2:3", 1)],
    *[(f"optimizer {value!r}", text(prompt_optimizer=value), "prompt_optimizer") for value in ("yes", 1, 0)],
    *[(f"no {name}", text(**{name: 1}), name) for name in
      ("mode", "sound", "seed", "watermark", "negative_prompt", "n", "api_key", "audio_url")],
    *[(f"webhook {value!r}", text(webhook=value), "webhook") for value in
      ("https://", "here", "ftp://h.example", "https://h.example/\ud800", 7)],
    *[(f"{name} {value[:24]!r}", text(**{name: value}), name)
      for name in ("first_frame_image", "end_frame_image")
      for value in ("data:image/png;base64,AAAA", "ftp://h.example/a.png", "", "@harbour", "https://h.example/a b.png",
                    "https://h.example:99999/a.png", "https://h.example:0/a.png", "http:///a.png", "//h.example/a")],
    *[(f"first frame {name}", text(first_frame_image=at(name)), "first_frame_image") for name in OTHER_IMAGES],
    *[(f"end frame {name}", text(end_frame_image=at(name)), "end_frame_image") for name in OTHER_IMAGES],
    *[(f"mid frame {name}", keyframes(mid("@one", image_url=at(name))), "mid_frame_images.0.image_url")
      for name in OTHER_IMAGES],
    *[(f"picture {name}", subjects(image("@one", image_urls=[PICTURE, at(name)])), "ref_images.0.image_urls.1")
      for name in OTHER_IMAGES],
    *[(f"clip {name}", clips(video(video_url=at(name))), "ref_videos.0.video_url") for name in OTHER_VIDEOS],
    *[(f"voice {name}", subjects(image("@one", audio_url=at(name))), "ref_images.0.audio_url")
      for name in OTHER_AUDIOS],
    ("7 mid frames", mids(7), "mid_frame_images"),
    ("mid frames are no list", text(mid_frame_images={"tag": "@one"}), "mid_frame_images"),
    ("mid frame is no object", text(mid_frame_images=["@one"]), "mid_frame_images.0"),
    ("mid frame without a tag", keyframes({"image_url": PICTURE}), "mid_frame_images.0.tag"),
    ("mid frame without a picture", keyframes({"tag": "@one"}), "mid_frame_images.0.image_url"),
    ("mid frame with a voice", keyframes(mid("@one", audio_url=VOICE)), "mid_frame_images.0.audio_url"),
    *[(f"time {value!r}", framed(value), "mid_frame_images.0.time_stamp")
      for value in (-2, 0, 5, 6, 2.5, 2.0, "2", True)],
    *[(f"at the end of {length}", framed(length, duration=length), "mid_frame_images.0.time_stamp")
      for length in (3, 6, 15)],
    ("second mid frame too late", keyframes(mid("@one"), mid("@two", time_stamp=5)), "mid_frame_images.1.time_stamp"),
    ("4 subjects", people(4), "ref_images"),
    ("subjects are no list", text(ref_images={"tag": "@one"}), "ref_images"),
    ("subject is no object", text(ref_images=["@one"]), "ref_images.0"),
    ("subject without a tag", subjects({"type": "image", "image_urls": [PICTURE]}), "ref_images.0.tag"),
    ("subject without a type", subjects({"tag": "@one", "image_urls": [PICTURE]}), "ref_images.0.type"),
    ("subject of another type", subjects(image("@one", type="photo")), "ref_images.0.type"),
    ("subject with a weight", subjects(image("@one", weight=1)), "ref_images.0.weight"),
    ("no pictures", subjects({"tag": "@one", "type": "image"}), "ref_images.0.image_urls"),
    ("0 pictures", subjects(image("@one", image_urls=[])), "ref_images.0.image_urls"),
    ("6 pictures", subjects(image("@one", image_urls=[PICTURE] * 6)), "ref_images.0.image_urls"),
    ("pictures are no list", subjects(image("@one", image_urls=PICTURE)), "ref_images.0.image_urls"),
    ("inline picture", subjects(image("@one", image_urls=["data:image/png;base64,AA"])), "ref_images.0.image_urls.0"),
    ("inline voice", subjects(image("@one", audio_url="data:audio/wav;base64,AA")), "ref_images.0.audio_url"),
    ("image, then grid", subjects(image("@one"), grid("@two")), "ref_images.1.type"),
    ("grid, then image", subjects(grid("@one"), image("@two")), "ref_images.1.type"),
    ("2 grids", subjects(grid("@one"), grid("@two")), "ref_images"),
    ("grid of 0 pictures", subjects(grid("@one", image_urls=[])), "ref_images.0.image_urls"),
    ("grid of 2 pictures", subjects(grid("@one", image_urls=[PICTURE] * 2)), "ref_images.0.image_urls"),
    ("grid with a voice", subjects(grid("@one", audio_url=VOICE)), "ref_images.0.audio_url"),
    ("2 clips", clips(video("@clip"), video("@one")), "ref_videos"),
    ("clips are no list", text(ref_videos=CLIP), "ref_videos"),
    ("clip without a tag", clips({"type": "extend", "video_url": CLIP}), "ref_videos.0.tag"),
    ("clip without a type", clips({"tag": "@clip", "video_url": CLIP}), "ref_videos.0.type"),
    ("clip of another type", clips(video(type="image")), "ref_videos.0.type"),
    ("clip without an address", clips({"tag": "@clip", "type": "extend"}), "ref_videos.0.video_url"),
    ("clip with a voice", clips(video(audio_url=VOICE)), "ref_videos.0.audio_url"),
    ("extension with pictures", clips(video(type="extend"), ref_images=[image("@one")]), "ref_images"),
    ("motion with a grid", clips(ref_images=[grid("@one")]), "ref_images.0.type"),
    *[(f"{frame} and {reference}", text(prompt="@one @two @three", **{frame: I2V[frame], reference: OMNI[reference]}),
       reference) for frame in I2V for reference in OMNI],
    ("all five at once", text(prompt="@one @two @three", **I2V, **OMNI), "ref_images"),
    *[(f"tag {tag!r}", subjects(image(tag)), "ref_images.0.tag") for tag in ("one", "@", "", 1)],
    ("mid frame's tag without @", keyframes(mid("one")), "mid_frame_images.0.tag"),
    ("clip's tag without @", clips(video("clip")), "ref_videos.0.tag"),
    ("mid frame's tag not in the prompt", keyframes(mid("@four")), "mid_frame_images.0.tag"),
    ("subject's tag not in the prompt", subjects(image("@one"), image("@four")), "ref_images.1.tag"),
    ("clip's tag not in the prompt", clips(video("@four")), "ref_videos.0.tag"),
    ("tag in other case", subjects(image("@One")), "ref_images.0.tag"),
    ("tag with an accent too many", subjects(image("@oné")), "ref_images.0.tag"),
    ("tag used twice", subjects(image("@one"), image("@one")), "ref_images.1.tag"),
    ("tag used in two fields", clips(ref_images=[image("@clip")]), "ref_videos.0.tag"),
]

HANDLES: list[tuple[str, Data, str]] = [
    ("tag with a blank", subjects(image("@one two"), prompt="@one two"), "ref_images.0.tag"),
    ("tag with a second @", subjects(image("@one@two"), prompt="@one@two"), "ref_images.0.tag"),
    ("tag only inside a longer one", subjects(image("@image1"), prompt="@image10"), "ref_images.0.tag"),
    ("tag before a dash", subjects(image("@image"), prompt="@image-1"), "ref_images.0.tag"),
    ("tag inside an address", subjects(image("@one"), prompt="mail me@one.example"), "ref_images.0.tag"),
    ("prefix, short first", subjects(image("@one"), image("@one2"), prompt="@one @one2"), "ref_images.1.tag"),
    ("prefix, long first", subjects(image("@one2"), image("@one"), prompt="@one @one2"), "ref_images.1.tag"),
    ("prefix across fields", clips(video("@o"), ref_images=[image("@one")], prompt="@o @one"), "ref_videos.0.tag"),
]

KEYS: list[tuple[str, bool]] = [
    ("k", True), ("k" * 191, True), ("!~", True), ("", False), ("k" * 192, False), ("a b", False), ("clé", False),
]
# fmt: on
