"""Invented accounts with known troubles, to see whether they are found.

Nothing here knows how triage looks for them.
"""

from __future__ import annotations

from smtp2go_kit.sandbox.simulation.simulation import ACCOUNTS, INCIDENTS, Simulation, simulate
from smtp2go_kit.sandbox.simulation.truth import Incident, Truth

__all__ = ["ACCOUNTS", "INCIDENTS", "Incident", "Simulation", "Truth", "simulate"]
