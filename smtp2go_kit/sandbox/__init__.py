"""The API, answered on this machine: in process as an httpx transport, or served over HTTP."""

from smtp2go_kit.sandbox.requests import Contract
from smtp2go_kit.sandbox.simulation import Incident, Simulation, Truth, simulate
from smtp2go_kit.sandbox.transport import Sandbox

__all__ = ["Contract", "Incident", "Sandbox", "Simulation", "Truth", "simulate"]
