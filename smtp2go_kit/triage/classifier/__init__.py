"""What servers' answers mean: classes, causes, and whose reputation they name."""

from smtp2go_kit.triage.classifier.deciding import classify
from smtp2go_kit.triage.classifier.frames import classify_events, classify_texts
from smtp2go_kit.triage.classifier.kinds import Classification
from smtp2go_kit.triage.classifier.ruleset import Rules

__all__ = ["Classification", "Rules", "classify", "classify_events", "classify_texts"]
