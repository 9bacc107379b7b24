"""Landed migrations are never edited: databases that applied them would not get the change."""

import hashlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# SHA-256 of each file as it landed.
FROZEN = {
    "generation/migrations/0001_first.py": "89402e007c72e3a5af2f369ac34841beac34b085221a365ab022e6df6078db39",
    "library/migrations/0001_first.py": "d474aa0b303f3c5cf4aa6b133d5b8139016c45f077d13c45e8d4811d4c014b73",
    "library/migrations/0002_search.py": "ba383ef14afac4ab7a7bd2107a651574a80fa662fbc441daddea0adb3692fadb",
    "generation/migrations/0002_sharing.py": "07bdd5ac561222cbafe826ec0407ba95f106c29196b7ce2f1a46d2d48647dbe1",
    "generation/migrations/0003_link_films.py": "c5b555e569b8b2651ea8c974e5353149db1af2912468b35591133333c67da8be",
    "generation/migrations/0004_spending.py": "0fad237b08088a384700f5d26178dd4f0c32f478327df72713cb92c2ad30ec68",
    "generation/migrations/0005_ballots.py": "0f70a9f4c58abcde382ef5d9c2e36abe8eaf4b1a596e2239b6250aee6b6ce127",
    "generation/migrations/0006_job_names.py": "aadd661eadef6a764387eb250a015eca59d83eb87ba9aea4cf25bb59427ec580",
    "generation/migrations/0007_codes.py": "407862edc7e3ebf722302b86cd97a7f52a6210ca6baec01c492dd3783a41c2f1",
    "generation/migrations/0008_fill_codes.py": "bb8faf7965dae60c5e659c6ea83b9751244a3e3173f63c638b5cbff99da87f98",
    "generation/migrations/_sentences.py": "41a30ac5deb3378ce2525e5d894767c92003c39f9d51ab45b3a956c45d336117",
    "library/migrations/0003_attempt_counters.py": "4133d97cacc2a7a811e97f560cd5d355a013229940bd99982ae267d6dd6a9136",
    "library/migrations/0004_spending.py": "09f1aa4dc832dce64b0b22820d9c9a2d1254106ac76e7c2afebd0f6c2ba43931",
    "library/migrations/0005_storage.py": "23fd7f047c3b0fc2700325f1100b49511f9871b55e6e60bf72148c6eb54aed9e",
}


@pytest.mark.parametrize("path", FROZEN)
def test_a_landed_migration_has_its_landed_content(path: str) -> None:
    assert hashlib.sha256((ROOT / path).read_bytes()).hexdigest() == FROZEN[path]
