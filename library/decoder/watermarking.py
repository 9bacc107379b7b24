"""Burn a text into every frame of a video. Frame times are preserved, audio is copied."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.filter import Graph
from av.video.format import VideoFormat
from PIL import Image

from library.decoder.remuxing import drop_metadata, open_target
from library.decoder.watermark import overlay
from library.probe import Refusal, UnreadableMedia
from library.probe.identify import open_container

# One thread each: slower, but with less memory and less impact on the machine's other work.
_ENCODER = {"preset": "veryfast", "crf": "19", "bf": "0", "threads": "1"}
_COLOURS = ("color_primaries", "color_trc", "colorspace", "color_range")


def burn_in(source: Path, target: Path, text: str) -> None:
    """Write the video with the text tiled over each frame, in bounded memory, whatever its length.

    Raise UnreadableMedia.
    """
    try:
        with open_container(source) as video, open_target(target) as copy:
            _BurnIn(video, copy, text).run()
    except (av.FFmpegError, ValueError, IndexError) as error:
        raise UnreadableMedia(Refusal.DAMAGED, source.name) from error


class _BurnIn:
    """Decode, overlay and encode one video frame by frame."""

    def __init__(self, source: Any, copy: Any, text: str) -> None:
        self._source, self._copy = source, copy
        self._video = source.streams.video[0]
        self._video.codec_context.thread_count = 1
        self._audio = source.streams.audio[0] if source.streams.audio else None
        self._graph = _OverlayGraph(self._video, text)
        self._new_video = self._encoder()
        self._new_audio = copy.add_stream_from_template(self._audio) if self._audio else None
        drop_metadata(copy)

    def run(self) -> None:
        for packet in self._source.demux([stream for stream in (self._video, self._audio) if stream]):
            if packet.stream is self._video:
                self._burn(packet)
            elif packet.dts is not None:
                packet.stream = self._new_audio
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


class _OverlayGraph:
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


def _with_alpha(image: Image.Image) -> av.VideoFrame:
    """Return an RGBA image as a frame; PyAV's own conversion drops the alpha channel."""
    frame = av.VideoFrame(image.width, image.height, "rgba")
    plane, row = frame.planes[0], image.width * 4
    pixels, padding = image.tobytes(), bytes(plane.line_size - row)
    lines = (pixels[top : top + row] + padding for top in range(0, len(pixels), row))
    plane.update(b"".join(lines))
    return frame
