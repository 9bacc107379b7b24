"""Films of the sandbox that tests share: drawing the same request again and again took a tenth of the whole run."""

import json
import shutil
import threading
from collections import Counter
from pathlib import Path
from typing import Any
from uuid import uuid4

from generation.sandbox.renderer import Renderer


class SharedFilms:
    """Put in front of the drawing processes of a sandbox; `folder` keeps what they drew.

    Requests that name files are always drawn: whether the files can be fetched is part of the answer.
    """

    def __init__(self, renderer: Renderer, folder: Path) -> None:
        folder.mkdir()
        self._folder, self._lock = folder, threading.Lock()
        self._known: dict[tuple[str, int], tuple[Path, dict[str, Any]]] = {}
        self._times: Counter[str] = Counter()
        for process in renderer._processes:
            process.render = self._sharing(process.render)  # type: ignore[method-assign]

    def start_test(self) -> None:
        """Count the takes of each request from zero: within a test no two takes are the same film."""
        self._times.clear()

    def _sharing(self, film: Any) -> Any:
        def filmed(work: dict[str, Any]) -> dict[str, Any] | None:
            body = {name: value for name, value in json.loads(work["body"]).items() if name != "webhook"}
            request = json.dumps(body, sort_keys=True)
            if "http" in request:
                return film(work)
            with self._lock:
                key = (request, self._times[request])
                self._times[request] += 1
            if key not in self._known:
                answer = film(work)
                if answer is None or "error" in answer:
                    return answer
                kept = self._folder / f"{uuid4().hex}.mp4"
                shutil.copy(work["path"], kept)
                self._known[key] = kept, answer
                return answer
            kept, answer = self._known[key]
            shutil.copy(kept, work["path"])
            return answer

        return filmed
