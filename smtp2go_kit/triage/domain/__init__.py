"""A sender domain's diagnosis: what DNS and SMTP2GO say of it, and what to publish."""

from smtp2go_kit.triage.domain.diagnosing import diagnose_domain
from smtp2go_kit.triage.domain.diagnosis import Check, Diagnosis, Record

__all__ = ["Check", "Diagnosis", "Record", "diagnose_domain"]
