"""Everything else that the application does with databases, validators, timers and uploads: reported site by site."""

from codemods.readers.sites.find import find_sites
from codemods.readers.sites.registry import READERS, SiteReader
from codemods.readers.sites.timer_kinds import TimerKind, classify_timer

__all__ = ["READERS", "SiteReader", "TimerKind", "classify_timer", "find_sites"]
