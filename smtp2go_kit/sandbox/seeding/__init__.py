"""Invented mail for an account: 90 days of it, with some trouble worth finding."""

from smtp2go_kit.sandbox.seeding.history import seed

__all__ = ["seed"]
