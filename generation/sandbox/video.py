"""Render a request to an MP4: fetch its files, choose the kind of scene, write the frames."""

import itertools
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from generation.sandbox.allowed_hosts import AllowedHosts
from generation.sandbox.captions import Badge, Caption
from generation.sandbox.cutouts import Cutout
from generation.sandbox.drawing import Size, cover, ease, tint
from generation.sandbox.encoding import (
    FPS,
    UnreadableVideo,
    last_frame,
    read_audio,
    video_frames,
    video_seconds,
    write_mp4,
)  # fmt: skip
from generation.sandbox.keyframes import Still, Timeline, keyframe_seconds, opening, still
from generation.sandbox.render_request import MAX_REFERENCE_SECONDS, RenderRequest, Subject
from generation.sandbox.scenes import Scene
from generation.sandbox.sources import MAX_AUDIO_BYTES, MAX_VIDEO_BYTES, FetchFailed, Sources

MAX_SOURCE_SECONDS = 15.0
_TOLERANCE = 0.5
_COLLAGE_ZOOM = 1.7
_UNREADABLE = "ref_videos.0.video_url: the file is not a readable video"


class VideoRender:
    """The render of one request. Files are fetched into `folder`; `seed` varies videos of the same prompt."""

    def __init__(self, request: RenderRequest, seed: str, folder: Path, allowed_hosts: AllowedHosts) -> None:
        self._request, self._seed = request, seed
        self._sources = Sources(folder, allowed_hosts)
        self._video = self._fetch_video()
        self.seconds = self._length()
        self._count = max(1, round(self.seconds * FPS))

    def write(self, path: Path) -> float:
        """Write the video and return its length in seconds. Raise FetchFailed."""
        with self._sources:
            try:
                size, frames = self._compose()
                written = write_mp4(path, size, self._with_badge(size, frames), self._audio())
            except UnreadableVideo:  # damaged after its first frame
                raise FetchFailed(_UNREADABLE) from None
        return written / FPS

    def _compose(self) -> tuple[Size, Iterator[Image.Image]]:
        """Return the size and the frames, depending on the references of the request."""
        request = self._request
        if request.first_frame or request.end_frame or request.keyframes:
            return self._keyframed()
        if self._video is not None:
            edge = _first_frame(self._video) if request.follows_video else last_frame(self._video)
            size = request.size_like(*edge.size)
            return size, self._followed(self._video, size) if request.follows_video else self._extended(
                size, edge
            )
        if request.subjects and request.subjects[0].kind == "grid":
            return request.size, self._panned(request.size)
        return request.size, self._staged(request.size)

    def _seconds(self) -> Iterator[float]:
        return (index / FPS for index in range(self._count))

    def _scene(self, size: Size) -> Scene:
        return Scene(size, self.seconds, self._request.prompt, self._seed)

    def _staged(self, size: Size) -> Iterator[Image.Image]:
        """Yield text-to-video frames, with subjects over the scene of the prompt."""
        scene, cutouts = self._scene(size), self._cutouts(size)
        caption = None if cutouts else Caption(size, self._request.prompt)
        for second in self._seconds():
            canvas = scene.at(second)
            for cutout in cutouts:
                cutout.show(canvas, second)
            if caption:
                caption.show(canvas)
            yield canvas

    def _panned(self, size: Size) -> Iterator[Image.Image]:
        """Yield frames that pan over the collage, row by row."""
        collage = self._sources.image("ref_images.0.image_urls.0", self._request.subjects[0].image_urls[0])
        sheet = cover(collage, (round(size[0] * _COLLAGE_ZOOM), round(size[1] * _COLLAGE_ZOOM)))
        room = (sheet.width - size[0], sheet.height - size[1])
        stops = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
        for second in self._seconds():
            leg, share = divmod(min(second / self.seconds, 0.9999) * 3, 1)
            (x, y), (to_x, to_y), soft = (
                stops[int(leg)],
                stops[int(leg) + 1],
                ease(share),
            )
            left, top = (
                round(room[0] * (x + (to_x - x) * soft)),
                round(room[1] * (y + (to_y - y) * soft)),
            )
            yield sheet.crop((left, top, left + size[0], top + size[1]))

    def _keyframed(self) -> tuple[Size, Iterator[Image.Image]]:
        request, images = self._request, []
        if request.first_frame:
            images.append((0.0, self._sources.image("first_frame_image", request.first_frame)))
        for place, second in enumerate(keyframe_seconds(request.keyframes, self.seconds)):
            url = request.keyframes[place].image_url
            images.append(
                (
                    second,
                    self._sources.image(f"mid_frame_images.{place}.image_url", url),
                )
            )
        if request.end_frame:
            end = self._sources.image("end_frame_image", request.end_frame)
            images.append(((self._count - 1) / FPS, end))
        size = request.size_like(*images[0][1].size)
        if not request.first_frame:
            images.insert(0, (0.0, opening(min(images, key=lambda moment: moment[0])[1])))
        timeline = Timeline([(second, still(image, size)) for second, image in images])
        return size, (timeline.at(second) for second in self._seconds())

    def _extended(self, size: Size, last: Image.Image) -> Iterator[Image.Image]:
        """Yield frames that fade from the video's last frame to the scene of the prompt."""
        start, scene = Still(cover(last, size), size), self._scene(size)
        for second in self._seconds():
            share = ease((second / self.seconds - 0.15) / 0.6)
            image = start.at(second)
            yield Image.blend(image, scene.at(second), share) if share else image

    def _followed(self, video: Path, size: Size) -> Iterator[Image.Image]:
        """Yield the frames of the reference video, tinted, with the subjects on top."""
        cutouts, tone = self._cutouts(size), self._scene(size).palette.lights[0]
        for second, image in zip(self._seconds(), _resampled(video), strict=False):
            canvas = tint(cover(image, size), tone, 0.45)
            for cutout in cutouts:
                cutout.show(canvas, second)
            yield canvas

    def _cutouts(self, size: Size) -> list[Cutout]:
        subjects = self._request.subjects
        return [
            Cutout(size, subject.tag, self._images(place, subject), place, len(subjects))
            for place, subject in enumerate(subjects)
        ]

    def _images(self, place: int, subject: Subject) -> list[Image.Image]:
        return [
            self._sources.image(f"ref_images.{place}.image_urls.{number}", url)
            for number, url in enumerate(subject.image_urls)
        ]

    def _with_badge(self, size: Size, frames: Iterator[Image.Image]) -> Iterator[Image.Image]:
        badge = Badge(size)
        for index, canvas in enumerate(frames):
            badge.show(canvas, index)
            yield canvas

    def _fetch_video(self) -> Path | None:
        video = self._request.video
        return (
            self._sources.file("ref_videos.0.video_url", video.video_url, MAX_VIDEO_BYTES) if video else None
        )

    def _length(self) -> float:
        if self._video is None:
            return float(self._request.duration)
        try:
            seconds = video_seconds(self._video)
        except UnreadableVideo:
            raise FetchFailed(_UNREADABLE) from None
        if seconds > MAX_SOURCE_SECONDS + _TOLERANCE:
            raise FetchFailed(
                f"ref_videos.0.video_url: the video is {seconds:.1f} s long, at most 15 s are allowed"
            )
        return (
            min(seconds, MAX_REFERENCE_SECONDS)
            if self._request.follows_video
            else float(self._request.duration)
        )

    def _audio(self) -> bytes | None:
        """Return the audio of the reference video, or the subjects' voices in sequence."""
        if self._video is not None and self._request.follows_video:
            own = read_audio(self._video, self.seconds)
            if own:
                return own
        voices = [
            self._voice(place, subject)
            for place, subject in enumerate(self._request.subjects)
            if subject.audio_url
        ]
        return b"".join(voices) or None

    def _voice(self, place: int, subject: Subject) -> bytes:
        field = f"ref_images.{place}.audio_url"
        path = self._sources.file(field, subject.audio_url or "", MAX_AUDIO_BYTES)
        try:
            audio = read_audio(path, MAX_SOURCE_SECONDS + 2 * _TOLERANCE)
        except UnreadableVideo:
            audio = b""
        if not audio:
            raise FetchFailed(f"{field}: the file is not a readable audio file")
        if len(audio) > (MAX_SOURCE_SECONDS + _TOLERANCE) * 4 * 44_100:
            raise FetchFailed(f"{field}: the audio is longer than 15 s")
        return audio


def _resampled(video: Path) -> Iterator[Image.Image]:
    """Yield the video at 24 frames per second, repeating its last frame forever."""
    shown, moments = _first_frame(video), video_frames(video)
    coming = next(moments, None)
    for index in itertools.count():
        while coming is not None and coming[0] <= (index + 0.5) / FPS:
            shown, coming = coming[1], next(moments, None)
        yield shown


def _first_frame(video: Path) -> Image.Image:
    for _, image in video_frames(video):
        return image
    raise UnreadableVideo
