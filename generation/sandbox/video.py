"""From an order to an MP4: fetch what it names, choose how to film it, write the file."""

import itertools
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from generation.sandbox.allowed_hosts import Reach
from generation.sandbox.captions import Badge, Caption
from generation.sandbox.cutouts import Cutout
from generation.sandbox.drawing import Size, cover, ease, tint
from generation.sandbox.encoding import (
    FPS,
    UnreadableClip,
    clip_frames,
    clip_seconds,
    last_frame,
    read_sound,
    write_mp4,
)  # fmt: skip
from generation.sandbox.keyframes import Still, Timeline, opening, seconds_of, still
from generation.sandbox.render_request import MAX_REFERENCE_SECONDS, Order, Subject
from generation.sandbox.scenes import Scene
from generation.sandbox.sources import SOUND_BYTES, VIDEO_BYTES, FetchFailed, Sources

MAX_SOURCE_SECONDS = 15.0
_TOLERANCE = 0.5
_COLLAGE_ZOOM = 1.7
_UNREADABLE = "ref_videos.0.video_url: the file is no readable video"


class Filming:
    """One order being filmed; `folder` receives what is fetched, `seed` tells takes of one prompt apart."""

    def __init__(self, order: Order, seed: str, folder: Path, reach: Reach) -> None:
        self._order, self._seed = order, seed
        self._sources = Sources(folder, reach)
        self._clip = self._fetch_clip()
        self.seconds = self._length()
        self._count = max(1, round(self.seconds * FPS))

    def write(self, path: Path) -> float:
        """Film it all. Returns the length in seconds. Raises FetchFailed."""
        with self._sources:
            try:
                size, frames = self._direct()
                written = write_mp4(path, size, self._lettered(size, frames), self._sound())
            except UnreadableClip:  # broken somewhere behind its first picture
                raise FetchFailed(_UNREADABLE) from None
        return written / FPS

    def _direct(self) -> tuple[Size, Iterator[Image.Image]]:
        """The size and the frames, by what the order carries."""
        order = self._order
        if order.first_frame or order.end_frame or order.keyframes:
            return self._keyframed()
        if self._clip is not None:
            edge = _first_frame(self._clip) if order.follows_clip else last_frame(self._clip)
            size = order.size_like(*edge.size)
            return size, self._followed(self._clip, size) if order.follows_clip else self._extended(
                size, edge
            )
        if order.subjects and order.subjects[0].kind == "grid":
            return order.size, self._panned(order.size)
        return order.size, self._staged(order.size)

    def _seconds(self) -> Iterator[float]:
        return (index / FPS for index in range(self._count))

    def _scene(self, size: Size) -> Scene:
        return Scene(size, self.seconds, self._order.prompt, self._seed)

    def _staged(self, size: Size) -> Iterator[Image.Image]:
        """Text to video, and subjects over the scene that the text asks for."""
        scene, cutouts = self._scene(size), self._cutouts(size)
        caption = None if cutouts else Caption(size, self._order.prompt)
        for second in self._seconds():
            canvas = scene.at(second)
            for cutout in cutouts:
                cutout.show(canvas, second)
            if caption:
                caption.show(canvas)
            yield canvas

    def _panned(self, size: Size) -> Iterator[Image.Image]:
        """A window that wanders over the collage, row by row."""
        collage = self._sources.picture("ref_images.0.image_urls.0", self._order.subjects[0].image_urls[0])
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
        order, pictures = self._order, []
        if order.first_frame:
            pictures.append((0.0, self._sources.picture("first_frame_image", order.first_frame)))
        for place, second in enumerate(seconds_of(order.keyframes, self.seconds)):
            url = order.keyframes[place].image_url
            pictures.append(
                (
                    second,
                    self._sources.picture(f"mid_frame_images.{place}.image_url", url),
                )
            )
        if order.end_frame:
            end = self._sources.picture("end_frame_image", order.end_frame)
            pictures.append(((self._count - 1) / FPS, end))
        size = order.size_like(*pictures[0][1].size)
        if not order.first_frame:
            pictures.insert(0, (0.0, opening(min(pictures, key=lambda moment: moment[0])[1])))
        timeline = Timeline([(second, still(picture, size)) for second, picture in pictures])
        return size, (timeline.at(second) for second in self._seconds())

    def _extended(self, size: Size, last: Image.Image) -> Iterator[Image.Image]:
        """The clip's last picture goes over into the scene of the prompt."""
        start, scene = Still(cover(last, size), size), self._scene(size)
        for second in self._seconds():
            share = ease((second / self.seconds - 0.15) / 0.6)
            picture = start.at(second)
            yield Image.blend(picture, scene.at(second), share) if share else picture

    def _followed(self, clip: Path, size: Size) -> Iterator[Image.Image]:
        """The reference clip's own frames, toned, with the subjects on top."""
        cutouts, tone = self._cutouts(size), self._scene(size).palette.lights[0]
        for second, picture in zip(self._seconds(), _resampled(clip), strict=False):
            canvas = tint(cover(picture, size), tone, 0.45)
            for cutout in cutouts:
                cutout.show(canvas, second)
            yield canvas

    def _cutouts(self, size: Size) -> list[Cutout]:
        subjects = self._order.subjects
        return [
            Cutout(size, subject.tag, self._pictures(place, subject), place, len(subjects))
            for place, subject in enumerate(subjects)
        ]

    def _pictures(self, place: int, subject: Subject) -> list[Image.Image]:
        return [
            self._sources.picture(f"ref_images.{place}.image_urls.{number}", url)
            for number, url in enumerate(subject.image_urls)
        ]

    def _lettered(self, size: Size, frames: Iterator[Image.Image]) -> Iterator[Image.Image]:
        badge = Badge(size)
        for index, canvas in enumerate(frames):
            badge.show(canvas, index)
            yield canvas

    def _fetch_clip(self) -> Path | None:
        clip = self._order.clip
        return self._sources.file("ref_videos.0.video_url", clip.video_url, VIDEO_BYTES) if clip else None

    def _length(self) -> float:
        if self._clip is None:
            return float(self._order.duration)
        try:
            seconds = clip_seconds(self._clip)
        except UnreadableClip:
            raise FetchFailed(_UNREADABLE) from None
        if seconds > MAX_SOURCE_SECONDS + _TOLERANCE:
            raise FetchFailed(
                f"ref_videos.0.video_url: the video is {seconds:.1f} s long, at most 15 s are allowed"
            )
        return (
            min(seconds, MAX_REFERENCE_SECONDS) if self._order.follows_clip else float(self._order.duration)
        )

    def _sound(self) -> bytes | None:
        """The reference clip's own sound; else the subjects' voices, one after another."""
        if self._clip is not None and self._order.follows_clip:
            carried = read_sound(self._clip, self.seconds)
            if carried:
                return carried
        voices = [
            self._voice(place, subject)
            for place, subject in enumerate(self._order.subjects)
            if subject.audio_url
        ]
        return b"".join(voices) or None

    def _voice(self, place: int, subject: Subject) -> bytes:
        field = f"ref_images.{place}.audio_url"
        path = self._sources.file(field, subject.audio_url or "", SOUND_BYTES)
        try:
            sound = read_sound(path, MAX_SOURCE_SECONDS + 2 * _TOLERANCE)
        except UnreadableClip:
            sound = b""
        if not sound:
            raise FetchFailed(f"{field}: the file is no readable sound")
        if len(sound) > (MAX_SOURCE_SECONDS + _TOLERANCE) * 4 * 44_100:
            raise FetchFailed(f"{field}: the sound is longer than 15 s")
        return sound


def _resampled(clip: Path) -> Iterator[Image.Image]:
    """The clip at 24 frames a second: each moment shows the newest picture begun; the last one stays."""
    shown, moments = _first_frame(clip), clip_frames(clip)
    coming = next(moments, None)
    for index in itertools.count():
        while coming is not None and coming[0] <= (index + 0.5) / FPS:
            shown, coming = coming[1], next(moments, None)
        yield shown


def _first_frame(clip: Path) -> Image.Image:
    for _, picture in clip_frames(clip):
        return picture
    raise UnreadableClip
