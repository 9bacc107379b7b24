"""The documentation's rules, row by row: our own rules and the sandbox over HTTP, in both dialects."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from generation.sandbox.rules import read_request
from generation.sandbox.server import SandboxServer
from generation.skyreels.client import SkyReelsClient
from generation.skyreels.errors import Refused
from generation.skyreels.providers import GATEWAY, VENDOR, Provider
from generation.skyreels.schemas import (
    GenerationRequest,
    InvalidRequest,
    Mode,
    Model,
    Scenario,
    find_problems,
    parse_request,
)
from tests.generation.skyreels.drafts import Data
from tests.generation.skyreels.rule_table import ACCEPTED, HANDLES, KEYS, REFUSED, SCENARIOS

KEY = "sandbox-test-key"


def cases(table: list[Any]) -> Any:
    return pytest.mark.parametrize("case", table, ids=[f"{row[0]}-{n}" for n, row in enumerate(table)])


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxServer]:
    """A sandbox that films nothing: every task has failed already."""
    with SandboxServer(tmp_path_factory.mktemp("table"), api_key=KEY, speed=0) as server:
        server.add_fault("submit", "fail_task", times=None)
        yield server


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=10, trust_env=False) as client:
        yield client


@cases(SCENARIOS)
@pytest.mark.parametrize("model", Model)
def test_both_models_serve_every_scenario(case: tuple[Scenario, Mode, Data], model: Model) -> None:
    scenario, mode, data = case
    request = parse_request({**data, "model": model.value})
    assert (request.model, request.scenario, request.mode) == (model, scenario, mode)
    assert GATEWAY.capabilities.problems(request) == []
    assert read_request(json.loads(request.body())).model == model.value


@cases(SCENARIOS)
@pytest.mark.parametrize("model", Model)
@pytest.mark.parametrize("provider", [GATEWAY, VENDOR], ids=["gateway", "vendor"])
def test_the_sandbox_takes_every_scenario_in_both_dialects(
    sandbox: SandboxServer,
    http: httpx.Client,
    case: tuple[Scenario, Mode, Data],
    model: Model,
    provider: Provider,
) -> None:
    request = parse_request({**case[2], "model": model.value})
    client = SkyReelsClient(http, base_url=sandbox.base_url, api_key=KEY, provider=provider)
    key = f"{provider.name}-{model}-{SCENARIOS.index(case)}"
    task_id = client.submit(provider.body(request), idempotency_key=key).task_id
    assert client.task(task_id).id == task_id


def test_the_table_covers_the_nine_scenarios() -> None:
    assert {row[0] for row in SCENARIOS} == set(Scenario)
    assert len(Scenario) == 9


@cases(ACCEPTED)
def test_within_the_rules(case: tuple[str, Data]) -> None:
    assert find_problems(case[1]) == []
    assert read_request(json.loads(parse_request(case[1]).body())) == read_request(case[1])


@cases([*REFUSED, *HANDLES])
def test_a_broken_rule_names_its_field(case: tuple[str, Data, str]) -> None:
    _, data, field = case
    assert [problem.field for problem in find_problems(data)] == [field]
    with pytest.raises(InvalidRequest) as refusal:
        parse_request(data)
    assert [problem.field for problem in refusal.value.problems] == [field]
    with pytest.raises(ValidationError):
        GenerationRequest.model_validate(data)


@cases(REFUSED)
def test_the_sandbox_refuses_it_with_the_same_field(
    sandbox: SandboxServer, http: httpx.Client, case: tuple[str, Data, str]
) -> None:
    _, data, field = case
    client = SkyReelsClient(http, base_url=sandbox.base_url, api_key=KEY)
    with pytest.raises(Refused) as refusal:
        client.submit(json.dumps(data).encode(), idempotency_key="refused")
    said = refusal.value
    assert (said.status_code, said.code, said.param) == (422, "invalid_parameter", field)
    assert said.message.startswith(f"SkyReels refused the request: {field}: ")


@cases(HANDLES)
def test_a_provider_would_find_a_part_of_a_handle(case: tuple[str, Data, str]) -> None:
    assert read_request(case[1]).subjects


@pytest.mark.parametrize(("key", "may"), KEYS, ids=lambda value: f"{value!s:.6}")
def test_an_idempotency_key_is_1_to_191_visible_ascii_characters(
    sandbox: SandboxServer, http: httpx.Client, key: str, may: bool
) -> None:
    client, body = (
        SkyReelsClient(http, base_url=sandbox.base_url, api_key=KEY),
        parse_request(SCENARIOS[0][2]).body(),
    )
    headers = {"Authorization": f"Bearer {KEY}", "Idempotency-Key": key.encode()}
    answer = http.post(f"{sandbox.base_url}/v1/videos/generations", content=body, headers=headers)
    assert answer.status_code == (200 if may else 400)
    if may:
        assert client.submit(body, idempotency_key=key).replayed
    else:
        with pytest.raises(ValueError, match="1 to 191 visible ASCII"):
            client.submit(body, idempotency_key=key)
