"""A voice without words: three seconds of humming."""

import math
import wave
from array import array
from pathlib import Path

RATE = 22_050
LOUDNESS = 9000
NOTES = ((220.0, 0.7), (261.6, 0.5), (293.7, 0.6), (261.6, 0.4), (220.0, 0.9))
"""Hertz and seconds."""
OVERTONES = (1.0, 0.42, 0.2, 0.08)


def hum(path: Path) -> None:
    """Writes a WAV file, mono, 16 bit, 22,050 Hz."""
    samples = array("h")
    for pitch, seconds in NOTES:
        samples.extend(_note(pitch, seconds))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())


def _note(pitch: float, seconds: float) -> list[int]:
    """One tone with a few overtones, a soft start and end, and a little vibrato."""
    count = round(seconds * RATE)
    tone = []
    for place in range(count):
        second, share = place / RATE, place / count
        phase = math.tau * pitch * second + 0.25 * math.sin(math.tau * 5 * second)
        level = math.sin(math.pi * share) ** 0.5
        tone.append(
            round(
                LOUDNESS * level * sum(part * math.sin(phase * (at + 1)) for at, part in enumerate(OVERTONES))
            )
        )
    return tone
