"""Rewrite a video: the same packets or frames at the same times, in a file without metadata."""

from pathlib import Path
from typing import Any

import av
from av.bitstream import BitStreamFilterContext

from library.probe import Refusal, UnreadableMedia
from library.probe.identify import open_container

# No creation time, no name of the writer; the index at the start, so that browsers can play at once.
MUXER_OPTIONS = {"movflags": "+faststart", "fflags": "+bitexact"}


def copy_without_metadata(source: Path, target: Path) -> None:
    """Copy video and audio packet by packet, without metadata of the file or the encoder.

    Raise UnreadableMedia.
    """
    try:
        with open_container(source) as video, open_target(target) as copy:
            tracks = [*video.streams.video[:1], *video.streams.audio[:1]]
            copied = {track.index: copy.add_stream_from_template(track) for track in tracks}
            drop_metadata(copy)
            filters = {track.index: _without_encoder_notes(track) for track in video.streams.video[:1]}
            for packet in video.demux(tracks):
                track = packet.stream.index
                for cleaned in filters[track].filter(packet) if track in filters else [packet]:
                    if cleaned.dts is not None:
                        cleaned.stream = copied[track]
                        copy.mux(cleaned)
    except (av.FFmpegError, ValueError) as error:
        raise UnreadableMedia(Refusal.DAMAGED, source.name) from error


def _without_encoder_notes(track: Any) -> BitStreamFilterContext:
    """Return a filter that drops encoder information between the frames (SEI): name, version and settings."""
    kinds = {"h264": "6", "hevc": "39|40"}.get(track.codec_context.name)
    return BitStreamFilterContext(f"filter_units=remove_types={kinds}" if kinds else "null", track)


def open_target(target: Path) -> Any:
    """Open an MP4 for writing."""
    return av.open(str(target), "w", format="mp4", options=MUXER_OPTIONS)


def drop_metadata(copy: Any) -> None:
    """Drop metadata copied from the template stream: titles, encoders, handlers, languages."""
    copy.metadata.clear()
    for stream in copy.streams:
        stream.metadata.clear()
