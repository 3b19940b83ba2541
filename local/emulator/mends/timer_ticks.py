"""Schedules fire within half a second of their time.

Stock: EventBridge rules and Scheduler are swept each 10 seconds, so they fire up to that much late. AWS says a minute
for rates, yet a sweep that runs late on one machine for another reason than AWS's teaches nothing.
"""

from ministack.services import eventbridge, scheduler

TICK_SECONDS = 0.5


def apply() -> None:
    for module, name in ((scheduler, "_SCHEDULE_TICK_INTERVAL"), (eventbridge, "_SCHEDULER_TICK_INTERVAL")):
        if not hasattr(module, name):
            raise SystemExit(f"{module.__name__} no longer has {name}")
        setattr(module, name, TICK_SECONDS)
