"""From a cohort to the events of its emails."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from smtp2go_kit.triage.detection import mail as copies
from smtp2go_kit.triage.detection.intake import copies_of, events_of


def mail_of(frame: pd.DataFrame, cohort: Mapping[str, str | tuple[str, ...]]) -> pd.DataFrame:
    """The events of a cohort's emails: rows of the frame.

    Args:
        frame: As ``client.activity.search()`` returns them, or alike.
        cohort: As a finding has it.
    """
    mail = copies.mail_of(events_of(frame))
    members = mail.events.iloc[mail.told[mail.members(cohort)]]
    untied = members["email_id"].isna().all()
    keys = ["date", "event", "recipient"] if untied else ["email_id", "recipient"]
    every = copies_of(frame)
    inside = pd.MultiIndex.from_frame(every[keys]).isin(pd.MultiIndex.from_frame(members[keys]))
    return frame.iloc[np.unique(every.index[inside])]
