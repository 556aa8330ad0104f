"""The charts as pictures; ``pytest --mpl-generate-path=tests/baseline`` makes them anew."""

from __future__ import annotations

from typing import Any

import pytest

from smtp2go_kit import Client
from smtp2go_kit.plots import (
    bounce_rate_by_provider,
    delivery_funnel,
    suppressions_by_reason,
    time_to_deliver,
)

# Wide enough for fonts drawn a little otherwise, too narrow for a bar of another colour.
compared = pytest.mark.mpl_image_compare(
    style="default", tolerance=6, savefig_kwargs={"dpi": 60, "metadata": {"Software": None}}
)


@pytest.fixture(scope="module")
def client() -> Client:
    return Client.sandbox(now="2026-11-20T12:00:00", contract="served")


@compared
def test_the_funnel_looks_as_it_did(client: Client) -> Any:
    return delivery_funnel(client.activity.search(start_date="14d")).figure


@compared
def test_bounce_rates_by_provider_look_as_they_did(client: Client) -> Any:
    return bounce_rate_by_provider(client.activity.search(start_date="14d")).figure


@compared
def test_the_time_to_deliver_looks_as_it_did(client: Client) -> Any:
    return time_to_deliver(client.activity.search(start_date="14d")).figure


@compared
def test_suppressions_look_as_they_did(client: Client) -> Any:
    return suppressions_by_reason(client.suppression.view()).figure
