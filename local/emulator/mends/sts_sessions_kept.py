"""Whoever is signed in stays signed in over a restart with the state kept.

Stock: sessions are in memory only, so after a restart every person's and every role's temporary keys are unknown. AWS: a
session lasts until it expires; no failure of another service ends it.
"""

from ministack.services import sts


def apply() -> None:
    sts.get_state = lambda: {"sessions": dict(sts._sessions)}
    sts.load_persisted_state = lambda kept: sts._sessions.update(kept.get("sessions", {}))
