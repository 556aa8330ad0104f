"""What was entered in all fields, as values, and what is wrong with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from smtp2go_kit.call import written
from smtp2go_kit.errors import InvalidArgument
from smtp2go_kit.forms.fields import Field
from smtp2go_kit.operation import Endpoint


def read(
    operation: Endpoint, fields: Mapping[str, Field], entered: Mapping[str, Any], now: dt.datetime
) -> tuple[dict[str, Any], dict[str, str]]:
    """The values of fields, and the problem of each that has one.

    Args:
        operation: The operation they are for.
        fields: The fields to read.
        entered: What is entered in them.
        now: The moment that relative times count back from.
    """
    values: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for parameter in operation.parameters:
        asked = fields.get(parameter.name)
        if asked is None:
            continue
        try:
            value = asked.read(entered[asked.name])
            if value is not None:
                values[asked.name] = value
                written(operation, parameter, value, now)
            elif asked.required:
                problems[asked.name] = "is required"
        except InvalidArgument as wrong:
            problems[asked.name] = wrong.problem
        except ValueError as wrong:
            problems[asked.name] = str(wrong)
    return values, problems
