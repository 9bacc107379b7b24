"""Burn a text into every frame of a video. Frame times are preserved, audio is copied."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.filter import Graph
from av.video.format import VideoFormat
from PIL import Image

from library.decoder.remuxing import forget_metadata, open_target
from library.decoder.watermark import overlay
from library.probe import damaged
from library.probe.identify import open_recording

# One thread each: slower, but with less memory and less impact on the machine's other work.
_ENCODER = {"preset": "veryfast", "crf": "19", "bf": "0", "threads": "1"}
_COLOURS = ("color_primaries", "color_trc", "colorspace", "color_range")


def burn_in(source: Path, target: Path, text: str) -> None:
    """Write the video with the text tiled over each frame, in bounded memory, whatever its length.

    Raise UnreadableMedia.
    """
    try:
        with open_recording(source) as film, open_target(target) as copy:
            _Burning(film, copy, text).run()
    except (av.FFmpegError, ValueError, IndexError) as error:
        raise damaged(source.name) from error


class _Burning:
    """One video on its way from reader to writer."""

    def __init__(self, film: Any, copy: Any, text: str) -> None:
        self._film, self._copy = film, copy
        self._video = film.streams.video[0]
        self._video.codec_context.thread_count = 1
        self._sound = film.streams.audio[0] if film.streams.audio else None
        self._graph = _Overlaying(self._video, text)
        self._new_video = self._encoder()
        self._new_sound = copy.add_stream_from_template(self._sound) if self._sound else None
        forget_metadata(copy)

    def run(self) -> None:
        for packet in self._film.demux([stream for stream in (self._video, self._sound) if stream]):
            if packet.stream is self._video:
                self._burn(packet)
            elif packet.dts is not None:
                packet.stream = self._new_sound
                self._copy.mux(packet)
        for frame in self._graph.finish():
            self._encode(frame)
        self._copy.mux(self._new_video.encode(None))

    def _burn(self, packet: Any) -> None:
        for frame in packet.decode():
            for marked in self._graph.marked(frame):
                self._encode(marked)

    def _encode(self, frame: av.VideoFrame) -> None:
        frame.pict_type = 0  # the encoder chooses its own key frames
        self._copy.mux(self._new_video.encode(frame))

    def _encoder(self) -> Any:
        stream = self._copy.add_stream("libx264", rate=self._video.average_rate or 24, options=_ENCODER)
        stream.width, stream.height, stream.pix_fmt = self._video.width, self._video.height, "yuv420p"
        stream.time_base = stream.codec_context.time_base = self._video.time_base or Fraction(1, 90_000)
        for name in _COLOURS:
            setattr(stream.codec_context, name, getattr(self._video.codec_context, name))
        return stream


class _Overlaying:
    """FFmpeg's `overlay` filter, which works in the frame's colour space and in native code."""

    def __init__(self, video: Any, text: str) -> None:
        self._size = (video.width, video.height)
        self._graph, self._text = Graph(), text
        self._source = self._graph.add_buffer(template=video)
        self._mark = self._graph.add_buffer(
            width=video.width, height=video.height, format=VideoFormat("rgba"), time_base=video.time_base
        )
        over, plain = self._graph.add("overlay", "format=yuv420"), self._graph.add("format", "yuv420p")
        self._sink = self._graph.add("buffersink")
        self._source.link_to(over, 0, 0)
        self._mark.link_to(over, 0, 1)
        over.link_to(plain)
        plain.link_to(self._sink)
        self._graph.configure()
        self._is_marked = False

    def marked(self, frame: av.VideoFrame) -> Iterator[av.VideoFrame]:
        """Yield the frames that become ready with this one."""
        if not self._is_marked:
            self._push_mark(frame)
        self._source.push(frame)
        yield from self._ready()

    def finish(self) -> Iterator[av.VideoFrame]:
        """Yield the remaining frames."""
        self._source.push(None)
        yield from self._ready()

    def _push_mark(self, first: av.VideoFrame) -> None:
        mark = _with_alpha(overlay(self._text, self._size))
        mark.pts, mark.time_base = first.pts, first.time_base
        self._mark.push(mark)
        self._mark.push(None)
        self._is_marked = True

    def _ready(self) -> Iterator[av.VideoFrame]:
        while True:
            try:
                frame = self._sink.pull()
            except (BlockingIOError, EOFError):
                return
            if isinstance(frame, av.VideoFrame):
                yield frame


def _with_alpha(picture: Image.Image) -> av.VideoFrame:
    """Return an RGBA picture as a frame; PyAV's own conversion drops the alpha channel."""
    frame = av.VideoFrame(picture.width, picture.height, "rgba")
    plane, row = frame.planes[0], picture.width * 4
    pixels, padding = picture.tobytes(), bytes(plane.line_size - row)
    lines = (pixels[top : top + row] + padding for top in range(0, len(pixels), row))
    plane.update(b"".join(lines))
    return frame
