"""Many questions at once, each answered for itself: a slow answer holds up nobody."""

import asyncio
import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from generation import gateway
from generation.lifecycle.leases import Lease
from generation.models import Job
from generation.skyreels import errors
from generation.skyreels.schemas import Task

CLIENTS = 5
# As many as there are connections: nothing waits for one, so that a granted request goes out at once.
MOST = CLIENTS * gateway.CONNECTIONS_FOR_EACH_CLIENT
# After the first answer others follow within moments: written together they cost a third.
GATHER = 0.03
# In all, however slowly the answer drips: who asks must be done before the lease ends, or it is asked by two.
ANSWER_WITHIN = 11.0
# A request that was granted longer ago would fall into another minute: the worker was stopped in between.
GOOD_FOR = 3.0


@dataclass(frozen=True)
class Question:
    """A job to ask about, claimed and granted."""

    lease: Lease
    job: Job
    granted_at: float = field(default_factory=time.monotonic)


@dataclass(frozen=True)
class Answered:
    """What came of a question: the task, what went wrong, or None when it was not asked."""

    lease: Lease
    job: Job
    answer: Task | errors.SkyReelsError | None


class Asker:
    """Several clients of few connections each: one client with many spends its time in its own pool."""

    def __init__(self) -> None:
        self._pairs = [gateway.polling_client() for _ in range(CLIENTS)]
        self._asking: dict[asyncio.Task[Answered], Question] = {}
        self._turn = itertools.cycle(range(CLIENTS))

    @classmethod
    async def open(cls) -> "Asker":
        """Call it, and everything else here, in the loop that the clients are to live in."""
        return cls()

    @property
    def room(self) -> int:
        """How many more questions may be asked now."""
        return MOST - len(self._asking)

    @property
    def is_asking(self) -> bool:
        """Whether answers are still to come."""
        return bool(self._asking)

    async def ask(self, questions: Sequence[Question]) -> None:
        """Begin to ask; the answers are fetched by `answers`."""
        for question in questions:
            self._asking[asyncio.create_task(self._one(question, next(self._turn)))] = question

    async def answers(self, wait: float) -> list[Answered]:
        """Those that came in, waiting for the first for so many seconds at most."""
        if not self._asking:
            return []
        done, rest = await asyncio.wait(self._asking, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
        if done and rest:
            done, _ = await asyncio.wait(self._asking, timeout=GATHER)
        for asked in done:
            del self._asking[asked]
        return [asked.result() for asked in done]

    async def close(self) -> list[Answered]:
        """Break off what is under way, and say what that was."""
        left = [Answered(one.lease, one.job, None) for one in self._asking.values()]
        for asked in self._asking:
            asked.cancel()
        if self._asking:
            await asyncio.wait(self._asking)
        self._asking.clear()
        for http, _ in self._pairs:
            await http.aclose()
        return left

    async def _one(self, question: Question, place: int) -> Answered:
        if time.monotonic() - question.granted_at > GOOD_FOR:
            return Answered(question.lease, question.job, None)
        answer: Task | errors.SkyReelsError
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                answer = await self._pairs[place][1].task(question.job.task_id)
        except errors.SkyReelsError as error:
            answer = error
        except TimeoutError:
            answer = errors.Unavailable("SkyReels began to answer and did not come to an end.")
        return Answered(question.lease, question.job, answer)
