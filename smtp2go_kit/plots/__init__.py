"""Charts of what the client returns, drawn on axes of yours or on a figure of their own.

Each returns the Axes, and a notebook shows a figure of their own below the cell. Colours are
those of Okabe and Ito, one for each meaning everywhere, always with a second cue.
"""

from smtp2go_kit.plots.bounces import bounce_rate_by_provider, bounces_by_domain
from smtp2go_kit.plots.canvas import COLOURS, MARKERS, SIZE
from smtp2go_kit.plots.delay import time_to_deliver
from smtp2go_kit.plots.funnel import delivery_funnel
from smtp2go_kit.plots.volume import events_per_day, opens_by_hour, suppressions_by_reason

__all__ = [
    "COLOURS",
    "MARKERS",
    "SIZE",
    "bounce_rate_by_provider",
    "bounces_by_domain",
    "delivery_funnel",
    "events_per_day",
    "opens_by_hour",
    "suppressions_by_reason",
    "time_to_deliver",
]
