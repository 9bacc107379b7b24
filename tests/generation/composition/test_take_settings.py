"""Each setting of a take is defined once, and everything that handles settings knows all of them."""

from dataclasses import fields

import pytest

from generation.api.job_payload import Generation
from generation.api.job_schemas import JobDetails
from generation.composition import Settings
from generation.composition.table_parsing import SETTING_COLUMNS
from generation.composition.take_settings import SETTING_NAMES, TAKE_SETTINGS, TakeSetting, setting_rows
from generation.forms import ComposerForm
from generation.forms.composer import PLACED_SETTINGS
from generation.forms.shot_table import ShotTableForm
from generation.models import Job
from generation.skyreels import pricing
from generation.skyreels.schemas import GenerationRequest, Model
from generation.views.compose.quote import FIELDS_WITH_PROBLEMS


def test_the_definition_lists_the_fields_of_settings() -> None:
    assert set(SETTING_NAMES) == {field.name for field in fields(Settings)}


@pytest.mark.parametrize("name", SETTING_NAMES)
def test_every_setting_is_stored_sent_shown_and_accepted_everywhere(name: str) -> None:
    assert Job._meta.get_field(name)
    assert name in GenerationRequest.model_fields
    assert name in Generation.model_fields
    assert name in JobDetails.model_fields
    assert name in ComposerForm().fields
    assert name in ShotTableForm().fields
    assert name in FIELDS_WITH_PROBLEMS


@pytest.mark.parametrize("setting", TAKE_SETTINGS, ids=SETTING_NAMES)
def test_choices_are_those_of_the_provider(setting: TakeSetting) -> None:
    if setting.choices is not None:
        kind = GenerationRequest.model_fields[setting.name].annotation
        assert set(setting.choices) == set(kind)  # type: ignore[call-overload]
        assert setting.default in setting.choices


def test_columns_and_places_are_those_of_settings() -> None:
    assert {*SETTING_COLUMNS, *PLACED_SETTINGS} <= set(SETTING_NAMES)


def test_a_job_is_summarised_with_labels_and_values() -> None:
    rows = setting_rows(Settings(model=Model.STD, duration=8))
    assert len(rows) == len(SETTING_NAMES)
    assert all(row.label and row.value for row in rows)


def test_every_model_and_resolution_has_a_price() -> None:
    known = {(price.model, price.resolution) for price in pricing.GATEWAY_PRICES.prices}
    choices = {setting.name: setting.choices or {} for setting in TAKE_SETTINGS}
    assert known == {(model, size) for model in choices["model"] for size in choices["resolution"]}
