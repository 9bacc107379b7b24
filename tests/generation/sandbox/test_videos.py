"""The rendered videos: size, length, rate, and that they show the references."""

import pytest
from PIL import Image

from generation.sandbox.drawing import cover
from generation.sandbox.render_request import SIZES
from tests.generation.sandbox.conftest import BLUE, GREEN, RED, ApiClient, MediaHost

NEAR = 34
"""Levels of 255: encoding and the drift of a still move a colour a little."""


def like(seen: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    return all(abs(a - b) <= NEAR for a, b in zip(seen, wanted, strict=True))


def test_text_to_video_has_the_requested_size_length_and_rate(api: ApiClient) -> None:
    opened = {ratio: api.open(prompt="@Mara looks at the sea", aspect_ratio=ratio) for ratio in SIZES["480p"]}
    for ratio, task_id in opened.items():
        video = api.watch(task_id)
        assert (video.size, video.fps, len(video.frames)) == (SIZES["480p"][ratio], 24.0, 72)
        assert video.seconds == pytest.approx(3.0, abs=0.001)
        assert video.codecs == ("h264",)


def test_videos_move_and_those_of_one_prompt_are_similar(api: ApiClient) -> None:
    one, other = map(api.watch, [api.open(prompt="hills at dusk") for _ in range(2)])
    assert one.frames[0].tobytes() != one.frames[40].tobytes()
    assert one.frames[0].tobytes() != other.frames[0].tobytes()


def test_every_frame_is_marked_as_sandbox(api: ApiClient, media: MediaHost) -> None:
    """Over a plain image the badge is the only dark thing in the corner, and it holds bright letters."""
    video = api.render(first_frame_image=media.image("white.png", (255, 255, 255)))
    for frame in video.frames:
        low, high = frame.crop((20, 18, 110, 38)).convert("L").getextrema()
        assert low < 90
        assert high > 180


def test_the_largest_resolution(api: ApiClient, media: MediaHost) -> None:
    video = api.render(resolution="1080p", end_frame_image=media.image("large.png", GREEN, (640, 360)))
    assert video.size == (1920, 1080)


def test_keyframes_are_shown_at_their_seconds(api: ApiClient, media: MediaHost) -> None:
    video = api.render(
        prompt="from dawn by @noon to night",
        duration=4,
        first_frame_image=media.image("red.png", RED),
        mid_frame_images=[{"tag": "@noon", "image_url": media.image("green.jpg", GREEN), "time_stamp": 2}],
        end_frame_image=media.image("blue.bmp", BLUE),
    )
    assert len(video.frames) == 96
    assert like(video.colour(0), RED)
    assert like(video.colour(48), GREEN)
    assert like(video.colour(95), BLUE)
    between = video.colour(24)
    assert not like(between, RED)
    assert not like(between, GREEN)


@pytest.mark.parametrize("size", [(865, 490), (899, 509), (848, 480), (64, 480)])
def test_an_image_of_exactly_that_aspect_ratio_fills_the_frame(size: tuple[int, int]) -> None:
    """A frame of an earlier take has the shape of the next one to the last bit, or a hair less by division."""
    assert cover(Image.new("RGB", (848, 480)), size).size == size


def test_end_frame_alone(api: ApiClient, media: MediaHost) -> None:
    video = api.render(end_frame_image=media.image("end.gif", BLUE))
    assert like(video.colour(71), BLUE)


def test_image_to_video_follows_the_first_frame(api: ApiClient, media: MediaHost) -> None:
    shapes = {"9:16": (300, 700), "1:1": (400, 390), "4:3": (400, 300), "3:4": (300, 400)}
    opened = {}
    for ratio, size in shapes.items():
        url = media.image(f"shape-{size[0]}-{size[1]}.png", RED, size)
        opened[ratio] = api.open(first_frame_image=url, aspect_ratio="16:9")
    for ratio, task_id in opened.items():
        assert api.watch(task_id).size == SIZES["480p"][ratio]


def test_a_subject_alternates_its_images_and_has_its_voice(api: ApiClient, media: MediaHost) -> None:
    urls = [media.image("mara-red.png", RED, (300, 300)), media.image("mara-blue.png", BLUE, (300, 300))]
    subject = {"tag": "@Mara", "type": "image", "image_urls": urls, "audio_url": media.voice("mara.wav", 1.0)}
    video = api.render(prompt="@Mara waits", ref_images=[subject])
    assert video.codecs == ("h264", "aac")
    spot = [frame.getpixel((round(848 * 0.42), round(480 * 0.45))) for frame in video.frames]
    assert like(spot[2], RED)
    assert like(spot[45], BLUE)
    assert video.seconds == pytest.approx(3.0, abs=1 / 24)
    audible = sum(video.sound) / len(video.sound)
    assert 0.25 < audible < 0.42


def test_each_subject_has_its_own_position(api: ApiClient, media: MediaHost) -> None:
    colours = {"@Mara": RED, "@Tom": GREEN, "@Inez": BLUE}
    subjects = [
        {"tag": tag, "type": "image", "image_urls": [media.image(f"{tag[1:]}.png", colour, (200, 300))]}
        for tag, colour in colours.items()
    ]
    video = api.render(prompt="@Mara, @Tom and @Inez", ref_images=subjects)
    for place, colour in enumerate(colours.values()):
        spot = video.frames[30].getpixel((round(848 * (place + 0.5) / 3), 240))
        assert like(spot, colour)


def test_grid_is_panned(api: ApiClient, media: MediaHost) -> None:
    sheet = Image.new("RGB", (400, 226), RED)
    sheet.paste(BLUE, (200, 0, 400, 226))
    sheet.save(media.folder / "sheet.png")
    grid = {"tag": "@sheet", "type": "grid", "image_urls": [f"{media.base_url}/sheet.png"]}
    video = api.render(prompt="panels of @sheet", ref_images=[grid])
    assert video.colour(0)[0] > video.colour(0)[2]
    assert video.colour(36)[2] > video.colour(36)[0]


def test_a_motion_reference_determines_length_shape_and_audio(api: ApiClient, media: MediaHost) -> None:
    clip = {"tag": "@clip", "type": "reference", "video_url": media.clip("walk.mp4", 2.5, sound=True)}
    video = api.render(prompt="move as in @clip", duration=9, ref_videos=[clip])
    assert (len(video.frames), video.size) == (60, SIZES["480p"]["4:3"])
    assert video.codecs == ("h264", "aac")
    assert sum(video.sound) / len(video.sound) > 0.9
    assert video.colour(59)[1] > video.colour(0)[1] + 60


def test_motion_reference_is_cut_at_ten_seconds_and_carries_subjects(
    api: ApiClient, media: MediaHost
) -> None:
    clip = {"tag": "@clip", "type": "reference", "video_url": media.clip("long.mp4", 11, size=(160, 120))}
    subject = {"tag": "@Mara", "type": "image", "image_urls": [media.image("on-top.png", RED, (300, 300))]}
    video = api.render(prompt="@Mara moves as in @clip", ref_videos=[clip], ref_images=[subject])
    assert len(video.frames) == 240
    assert like(video.frames[120].getpixel((round(736 * 0.42), round(560 * 0.45))), RED)


def test_an_extension_continues_from_the_last_frame(api: ApiClient, media: MediaHost) -> None:
    clip = {"tag": "@clip", "type": "extend", "video_url": media.clip("extend.mp4", 2)}
    video = api.render(prompt="@clip goes on over snow", duration=4, ref_videos=[clip])
    assert (len(video.frames), video.size) == (96, SIZES["480p"]["4:3"])
    assert like(video.colour(0), (0, 176, 20))
    assert not like(video.colour(95), (0, 176, 20))


def test_each_bad_source_fails_the_task_and_names_its_field(api: ApiClient, media: MediaHost) -> None:
    missing = f"{media.base_url}/missing.png?X-Signature=secret"
    unreachable = "http://127.0.0.1:1/a.png?X-Signature=secret"
    text = media.bytes("text.png", b"no image at all")
    clip, empty = media.bytes("text.mp4", b"no video at all"), media.bytes("empty.png", b"")
    long = media.clip("endless.mp4", 17, size=(64, 48))
    image = media.image("fine.png", RED)
    reference = {"tag": "@x", "type": "reference"}
    subject = {"tag": "@x", "type": "image", "image_urls": [image]}
    cases = {
        "first_frame_image: HTTP 404": {"first_frame_image": missing},
        "mid_frame_images.0.image_url: the file at": {"mid_frame_images": [{"tag": "@x", "image_url": text}]},
        "end_frame_image: the file is empty": {"first_frame_image": image, "end_frame_image": empty},
        "ref_images.0.image_urls.1: HTTP 404": {"ref_images": [{**subject, "image_urls": [image, missing]}]},
        "ref_images.0.audio_url: the file is not a readable": {
            "ref_images": [{**subject, "audio_url": text[:-4]}]
        },
        "ref_images.0.audio_url: the audio is longer": {
            "ref_images": [{**subject, "audio_url": media.voice("speech.wav", 16)}]
        },
        "ref_videos.0.video_url: the file is not a readable": {
            "ref_videos": [{**reference, "video_url": clip}]
        },
        "ref_videos.0.video_url: the video is 17.0 s": {"ref_videos": [{**reference, "video_url": long}]},
        "first_frame_image: http://127.0.0.1:1/a.png cannot be": {"first_frame_image": unreachable},
    }
    media.bytes("text", b"no sound at all")
    opened = {message: api.open(prompt="@x", **body) for message, body in cases.items()}
    for message, task_id in opened.items():
        task = api.finish(task_id)
        assert (task["status"], task["error"]["code"], task["cost"]) == ("failed", "fetch_failed", 0.0)
        assert task["error"]["message"].startswith(message)
        assert "secret" not in task["error"]["message"]
