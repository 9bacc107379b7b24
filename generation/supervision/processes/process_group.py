"""`manage.py up`: start, supervise and stop all local processes in the order of their dependencies."""

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

import httpx
from django.conf import settings
from honcho.colour import get_colours
from honcho.printer import Message, Printer

from generation.supervision.processes import ports, process_specs
from generation.supervision.processes.ports import CannotStart
from generation.supervision.processes.prepare import demo_is_due
from generation.supervision.processes.process import Child, Listen, Part
from generation.supervision.processes.restarting_process import Keeper

ANSWER_WITHIN = 60.0  # seconds from the start of a process to its first response
NAMES = ["backlot", "s3", "prepare", "sandbox", "demo", "worker", "web"]
# Web and worker stop first, in parallel: both may need the sandbox and the storage until they have ended.
CLOSING_ORDER = [["web", "worker"], ["sandbox"], ["s3"]]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The components to run, on sockets that already listen; a component without a socket runs elsewhere."""

    listener: socket.socket
    storage: Sequence[socket.socket]
    sandbox: Sequence[socket.socket]
    demo: bool


class House:
    """All local processes. `run` returns the exit code once all of them have ended."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._kept: dict[str, Keeper] = {}
        self._passing: Child | None = None
        self._asked = asyncio.Event()
        self._printer = Printer(sys.stdout, width=max(map(len, NAMES)))
        self._colours = dict(zip(NAMES, get_colours(), strict=False))

    async def run(self) -> int:
        """Start all processes, wait for SIGTERM, Ctrl-C or a closed terminal, and stop them."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, self._ask)
        opening = asyncio.create_task(self._open())
        asked = asyncio.create_task(self._asked.wait())
        try:
            await asyncio.wait({opening, asked}, return_when=asyncio.FIRST_COMPLETED)
            if opening.done():
                opening.result()
            await asked
        except CannotStart as problem:
            print(f"backlot: {problem}", file=sys.stderr, flush=True)
            return 1
        finally:
            opening.cancel()
            await asyncio.wait({opening})
            await self._close()
        return 0

    def _ask(self) -> None:
        """Stop gracefully on the first signal; kill all processes on the second."""
        if self._asked.is_set():
            for keeper in self._kept.values():
                keeper.kill()
            if self._passing:
                self._passing.kill()
        self._asked.set()

    async def _open(self) -> None:
        plan = self._plan
        if plan.storage:
            self._keep(process_specs.storage_on([listener.fileno() for listener in plan.storage]))
        if plan.sandbox:
            self._keep(process_specs.sandbox(plan.sandbox[0].fileno()))
        for name, listeners in (("s3", plan.storage), ("sandbox", plan.sandbox)):
            if listeners:
                await self._answer(name, f"http://127.0.0.1:{ports.number_of(listeners)}/")
        if code := await self._pass(process_specs.own("prepare", "up", "--prepare")):
            raise CannotStart(f"prepare failed with exit code {code}; its lines above say why")
        accounts = await self._make_demo()
        self._keep(process_specs.worker())
        self._keep(process_specs.web(plan.listener.fileno()))
        await self._answer("web", f"http://{_own_address()}/healthz")
        self._welcome(accounts)

    async def _make_demo(self) -> list[str]:
        """Create the demo content if it is due, and return the lines to show with the welcome message.

        The next start completes a run that was interrupted. If the demo fails, Backlot starts without it.
        """
        if not self._plan.demo or not demo_is_due().exists():
            return []
        printed: list[bytes] = []
        if await self._pass(process_specs.own("demo", "demo"), printed.append):
            return [
                "The demo content could not be made, the lines above say why; the next start tries again.",
                "An account of your own: manage.py createsuperuser",
            ]
        demo_is_due().unlink()
        return [line.decode("utf-8", "replace") for line in printed]

    async def _pass(self, part: Part, listen: Listen | None = None) -> int:
        """Run a process until it ends and return its exit code."""

        def show(line: bytes) -> None:
            self._show(part.name, line)

        self._passing = Child(part, listen or show, show)
        code = await self._passing.ended()
        self._passing = None
        return code

    def _keep(self, part: Part) -> None:
        self._kept[part.name] = Keeper(
            part,
            tell=lambda text: self._show("backlot", text),
            listen=lambda line: self._show(part.name, line),
        )

    async def _answer(self, name: str, address: str) -> None:
        """Wait until the process responds over HTTP; any status below 500 counts, even a refusal."""
        deadline = monotonic() + ANSWER_WITHIN
        async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
            while monotonic() < deadline:
                if self._kept[name].lives > 1:
                    raise CannotStart(f"{name} ended before it answered; its lines above say why")
                with contextlib.suppress(httpx.HTTPError):
                    if (await client.get(address)).status_code < 500:
                        return
                await asyncio.sleep(0.1)
        raise CannotStart(f"{name} did not answer within {ANSWER_WITHIN:.0f} seconds")

    async def _close(self) -> None:
        if self._passing:
            await self._passing.end()
        self._plan.listener.close()
        for names in CLOSING_ORDER:
            await asyncio.gather(*(self._kept[name].stop() for name in names if name in self._kept))

    def _show(self, name: str, line: bytes | str) -> None:
        try:
            self._printer.write(Message("line", line, datetime.now().astimezone(), name, self._colours[name]))
        except OSError:  # the reader has closed the pipe
            self._asked.set()

    def _welcome(self, accounts: list[str]) -> None:
        lines = [f"Backlot is open at {settings.PUBLIC_URL}", *accounts, "Ctrl-C closes it."]
        print("", *(f"  {line}" for line in lines), "", sep="\n", flush=True)


def _own_address() -> str:
    """Return the host and port at which this machine reaches the web server."""
    host = "127.0.0.1" if settings.HOST in ports.EVERY_INTERFACE else settings.HOST
    return f"[{host}]:{settings.PORT}" if ":" in host else f"{host}:{settings.PORT}"
