"""What the tools cost a model: their list in tokens, and the estimate that answers keep within."""

from __future__ import annotations

import json
import random
import string
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mcp_server import budget
from mcp_server.toolsets import TOOLSETS

MOST_ALL, MOST_TOOL, MOST_TOOLSET = 7_500, 500, 2_500
CHARACTERS = 4.3
"""Of a token in these schemas, where no tokenizer is at hand; a test below holds it to that."""


def read_by_model(tool: dict[str, Any]) -> str:
    """What a model sees of a tool."""
    seen = {name: tool[name] for name in ("name", "description", "inputSchema")}
    return json.dumps(seen, ensure_ascii=False, separators=(",", ":"))


@pytest.fixture(scope="module")
def cost(request: pytest.FixtureRequest) -> Callable[[str], float]:
    """Tokens of a text: counted, or else estimated by its characters."""
    try:
        return request.getfixturevalue("o200k")
    except pytest.skip.Exception:
        return lambda text: len(text) / CHARACTERS


def test_the_whole_list_keeps_within_its_budget(start, cost):
    costs = {name: cost(read_by_model(tool)) for name, tool in start().tools.items()}
    total, dearest = sum(costs.values()), sorted(costs, key=costs.__getitem__)[-5:]
    assert total <= MOST_ALL, f"{total:.0f} tokens; the dearest are {dearest}"
    assert not {name: spent for name, spent in costs.items() if spent > MOST_TOOL}


@pytest.mark.parametrize("read_only", [False, True], ids=["whole", "read-only"])
@pytest.mark.parametrize("toolset", TOOLSETS)
def test_each_toolset_keeps_within_its_budget(start, cost, toolset, read_only):
    tools = start(toolsets=frozenset({toolset}), read_only=read_only).tools
    assert tools
    assert sum(cost(read_by_model(tool)) for tool in tools.values()) <= MOST_TOOLSET


def test_characters_estimate_the_list_well_enough(start, o200k):
    texts = [read_by_model(tool) for tool in start().tools.values()]
    assert sum(map(len, texts)) / CHARACTERS >= sum(map(o200k, texts))


def test_the_instructions_are_short_in_every_configuration(start):
    from mcp_server.policy import Policy

    domains = tuple(f"@domain-number-{n}.example" for n in range(300))
    policy = Policy(allow_recipients=domains, dry_run=True)
    for options in ({}, {"read_only": True}, {"permissions": ("/email/*",)}, {"permissions": ()}):
        session = start(policy=policy, **options)
        assert 0 < len(session.client.instructions) <= 2_048


PIECES = (
    st.text(max_size=60),
    st.text(alphabet=string.ascii_letters + string.digits + "-_", max_size=60),
    st.text(alphabet=string.punctuation + " \t\n", max_size=60),
    st.binary(max_size=60).map(lambda raw: raw.decode("latin-1")),
    st.binary(max_size=60).map(lambda raw: raw.decode("utf-8", "replace")),
    st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), max_size=40),
    st.text(alphabet=st.characters(min_codepoint=0x1F300, max_codepoint=0x1FAFF), max_size=20),
    st.text(alphabet=st.characters(min_codepoint=0x80, max_codepoint=0x2FFF), max_size=40),
    st.text(alphabet="0123456789", max_size=60),
    st.sampled_from(["\u200d", "\ufe0f", "\u202e", "\u2800" * 30, " " * 200, "\n" * 99, "a" * 99]),
    st.sampled_from(["<|endoftext|>", "<|im_start|>", "zqxjkvbw" * 9, "ZQXJKVBW" * 9, "aB" * 40]),
)


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(st.one_of(PIECES), max_size=8))
@example(parts=["qz" * 40])  # letters that never become one token
@example(parts=["QZ" * 40])
@example(parts=["qZ" * 40])
@example(parts=["1xVoQD-gtnKAKDwkiL-JmEI"])
@example(parts=["<E1xVoE9-JWEaGt8VhQE-dY1L@message-id.smtpcorp.com>"])
@example(parts=["WyI0NGQzOGE2MyIsIG51bGwsIDIwLCB7InN0YXJ0X2RhdGUiOiAiMjAyNi0xMS0xN1QxMjow"])
def test_no_text_costs_more_than_the_estimate(o200k, parts):
    text = "".join(parts)
    assert budget.tokens(text) >= o200k(text)
    as_data = json.dumps({"rows": [text]}, ensure_ascii=False)
    assert budget.tokens(as_data) >= o200k(as_data)


ALPHABETS = {
    "small letters": string.ascii_lowercase,
    "capitals": string.ascii_uppercase,
    "small consonants": "bcdfghjklmnpqrstvwxz",
    "capital consonants": "BCDFGHJKLMNPQRSTVWXZ",
    "rare small letters": "zqxjkv",
    "rare capitals": "ZQXJKV",
    "base64": f"{string.ascii_letters}{string.digits}+/",
    "hexadecimal": string.hexdigits,
    "blanks": " \t\n\r\v\f",
    "blanks and digits": "   1",
    "contractions": "' sdtmrelva",
    "digits of all scripts": "0123456789\u00b2\u0663\U0001d7d8",
    "printable": string.printable,
    "latin": "".join(map(chr, range(1, 256))),
    "kana": "".join(map(chr, range(0x3040, 0x3100))),
    "deseret": "".join(map(chr, range(0x10000, 0x10400))),
}


@pytest.mark.parametrize("alphabet", ALPHABETS)
def test_random_text_costs_no_more_than_the_estimate(o200k, alphabet):
    chance = random.Random(1)
    for length in (*range(1, 40), 4_000):
        text = "".join(chance.choices(ALPHABETS[alphabet], k=length))
        assert budget.tokens(text) >= o200k(text), text[:60]


def test_the_estimate_is_not_wasteful_for_what_answers_are_made_of(start, o200k):
    session = start(sandbox={"empty": False})
    text = session.text("activity_search", start_date="2d", limit=20)
    assert o200k(text) <= budget.tokens(text) <= 2 * o200k(text)
