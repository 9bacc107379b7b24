"""A program that asks for jobs over the API, and asks again with the same key until it has an answer."""

import time
from dataclasses import dataclass, field

import httpx


@dataclass
class Customer:
    """`asked` are the prompts of all that it asked for; each is one job however often it had to ask."""

    url: str
    token: str
    asked: list[str] = field(default_factory=list)

    def ask(self, prompt: str) -> None:
        """Until there is a job. Whatever is no answer from the house itself is asked again."""
        self.asked.append(prompt)
        for _ in range(60):
            status = self.try_once(prompt)
            if status == httpx.codes.CREATED:
                return
            assert status == 0 or status >= 500 or status == 409, status
            time.sleep(0.5)
        raise AssertionError("the web did not come back")

    def try_once(self, prompt: str) -> int:
        """The status of the answer; 0 for none."""
        wish = {
            "model": "skyreels-v4-fast",
            "prompt": prompt,
            "duration": 3,
            "resolution": "480p",
            "project": "harbour-lights",
        }
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": prompt.replace(" ", "-")}
        try:
            with httpx.Client(trust_env=False, timeout=20) as http:
                return http.post(f"{self.url}/api/v1/jobs", json=wish, headers=headers).status_code
        except httpx.HTTPError:
            return 0
