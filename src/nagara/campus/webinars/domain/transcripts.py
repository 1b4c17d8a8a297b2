"""A transcript as people read it: WebVTT captions joined to passages, or Markdown as it is."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from nagara.citylab.errors import CityLabError

LARGEST = 1_000_000
_TIME = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{2})[.,](\d{3})\s+-->\s+(?:(\d+):)?(\d{1,2}):(\d{2})[.,](\d{3})")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]+)>")
_SPOKEN = re.compile(r"^([^\W\d_][^:\n]{1,60}):\s+")
_TAG = re.compile(r"<[^>]*>")
PAUSE = 8
"""Seconds of silence after which a new passage begins."""
LONG = 600
"""Characters after which a passage ends with the next sentence."""


@dataclass(frozen=True)
class Passage:
    """What one person says in one go. `at`: seconds from the beginning."""

    at: int
    speaker: str
    text: str

    @property
    def clock(self) -> str:
        """0:07:15"""
        minutes, seconds = divmod(self.at, 60)
        return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"


def checked(name: str, data: bytes) -> tuple[str, str]:
    """The text of an uploaded transcript and its form ("vtt" or "md"). Raises CityLabError."""
    if len(data) > LARGEST:
        raise CityLabError("The transcript has more than 1 MB.", where=name, mend="Upload the text only.")
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise CityLabError(
            "The transcript is not in UTF-8.", where=name, mend="Save it anew with the encoding UTF-8."
        ) from error
    if text.startswith("WEBVTT") or name.lower().endswith(".vtt"):
        if not passages(text):
            raise CityLabError(
                "There are no captions in this file.", where=name, mend="Export it as WebVTT (.vtt)."
            )
        return text, "vtt"
    if not text.strip():
        raise CityLabError("The file is empty.", where=name)
    return text, "md"


def passages(text: str) -> list[Passage]:
    """The captions of a WebVTT text, joined by speaker, pause and length."""
    found: list[Passage] = []
    last_end = 0.0
    for block in re.split(r"\n\s*\n", text):
        lines = block.strip().split("\n")
        at = next((number for number, line in enumerate(lines) if "-->" in line), None)
        match = _TIME.search(lines[at]) if at is not None else None
        if at is None or match is None:
            continue
        starts, ends = _seconds(match.groups()[:4]), _seconds(match.groups()[4:])
        speaker, words = _spoken(" ".join(lines[at + 1 :]))
        if not words:
            continue
        last = found[-1] if found else None
        goes_on = last is not None and (not speaker or speaker == last.speaker) and starts - last_end < PAUSE
        if last is not None and goes_on and not (len(last.text) > LONG and last.text[-1:] in ".?!။។"):
            found[-1] = Passage(last.at, last.speaker, f"{last.text} {words}")
        else:
            found.append(Passage(int(starts), speaker or (last.speaker if last else ""), words))
        last_end = ends
    return found


def _spoken(said: str) -> tuple[str, str]:
    """Who speaks and what: "<v Ana>Hello" or "Ana Cruz: Hello"."""
    voice = _VOICE.search(said)
    words = " ".join(html.unescape(_TAG.sub("", said)).split())
    if voice is not None:
        return voice.group(1).strip(), words
    named = _SPOKEN.match(words)
    return (named.group(1), words[named.end() :]) if named else ("", words)


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, thousandths = (int(part or 0) for part in parts)
    return hours * 3600 + minutes * 60 + seconds + thousandths / 1000
