"""Where a form stands, as a line that is read aloud when it changes."""

from __future__ import annotations

from smtp2go_kit.forms.markup import bar, said
from smtp2go_kit.forms.model import Model, State

ALERTS = (State.FAILED, State.UNKNOWN)


def standing(model: Model) -> str:
    """The state of a form in words, with a bar while it runs.

    Args:
        model: The form's model.
    """
    if model.state is State.RUNNING:
        return _running(model)
    beside = [f"{name}: {text}" for name, text in model.errors.items() if name not in model.fields]
    told = " ".join([model.message, *beside]).strip()
    return said(told, "alert" if model.state in ALERTS or model.errors else "status")


def _running(model: Model) -> str:
    work = model.work
    if work is None or not work.total:
        seconds = f" {work.elapsed:.0f} s." if work is not None and work.elapsed >= 1 else ""
        return said(f"Working...{seconds}", "status")
    stopping = " Stopping after this request." if work.is_stopping else ""
    told = f"{work.done:,} of {work.total:,} rows, {work.elapsed:.0f} s.{stopping}"
    return bar(work.done, work.total, model.operation.title) + said(told, "status")
