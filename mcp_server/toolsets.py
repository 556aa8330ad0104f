"""What tools can be chosen by: the headings of the API, and the analyses."""

from __future__ import annotations

from smtp2go_kit.operations import GROUPS

TRIAGE = "triage"
TOOLSETS = (TRIAGE, *GROUPS)
