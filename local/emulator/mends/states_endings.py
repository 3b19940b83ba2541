"""An execution ends when it should: stopped at once, timed out on time, and nothing happens after its end.

Stock: StopExecution is not heard during a Wait or a callback task, which go on and append events after the end; the
state machine's own TimeoutSeconds is ignored; a failure after the stop overwrites ABORTED. AWS ends a stopped execution
at once, ends a timed out one as TIMED_OUT with `States.Timeout`, and a closed history never grows.

Other mends wait through `pause` here, so that whatever ends the execution wakes them.
"""

import json
import threading
import time

from ministack.core.responses import now_iso
from ministack.services import stepfunctions as states

_here = threading.local()  # .execution: the one that this thread runs
_waiting: dict[str, set[threading.Event]] = {}  # execution ARN -> what to set when the execution ends
_deadlines: dict[str, float] = {}  # execution ARN -> monotonic end by the state machine's TimeoutSeconds
_lock = threading.Lock()
_ENDS = ("ExecutionAborted", "ExecutionFailed", "ExecutionSucceeded", "ExecutionTimedOut")


class Ended(states._ExecutionError):
    """The execution is over: leaves the running state, past every Retry and Catch."""


def apply() -> None:
    states._run_execution = _running(states._run_execution)
    states._run_sub_machine = _branch(states._run_sub_machine)
    states._scaled_sleep = lambda seconds: pause(seconds * states._SFN_WAIT_SCALE)
    states._stop_execution = _stop(states._stop_execution)
    states._fail_execution = _fail(states._fail_execution)
    states._add_event = _add_event(states._add_event)
    states._find_matching_retrier = _not_when_ended(states._find_matching_retrier, (None, -1))
    states._find_matching_catcher = _not_when_ended(states._find_matching_catcher, None)


def pause(seconds: float | None, wake: threading.Event | None = None) -> None:
    """Sleep `seconds` (None: no limit), less if `wake` is set meanwhile. Raises Ended as soon as the execution is over."""
    execution = getattr(_here, "execution", None)
    wake = wake or threading.Event()
    if execution is None:
        wake.wait(seconds)
        return
    arn = execution["executionArn"]
    with _lock:
        _waiting.setdefault(arn, set()).add(wake)
    try:
        end = None if seconds is None else time.monotonic() + seconds
        bound = min((t for t in (end, _deadlines.get(arn)) if t is not None), default=None)
        check(execution)
        wake.wait(None if bound is None else max(0.0, bound - time.monotonic()))
        check(execution)
    finally:
        with _lock:
            _waiting.get(arn, set()).discard(wake)


def check(execution) -> None:
    """Raises Ended if `execution` was stopped or its state machine's time is up."""
    if execution["status"] != "RUNNING":
        raise Ended("States.Aborted", "The execution is no longer running.")
    deadline = _deadlines.get(execution["executionArn"])
    if deadline is not None and time.monotonic() >= deadline:
        raise Ended("States.Timeout", "The state machine's TimeoutSeconds is over.")


def _running(stock):
    def run(arn):
        execution = states._executions.get(arn)
        if execution is None:
            return
        _here.execution = execution
        machine = states._state_machines.get(execution["stateMachineArn"]) or {}
        limit = _time_limit(machine)
        if limit is not None:
            _deadlines[arn] = time.monotonic() + limit
        try:
            stock(arn)
        finally:
            _here.execution = None
            with _lock:
                _deadlines.pop(arn, None)
                _waiting.pop(arn, None)

    return run


def _time_limit(machine) -> float | None:
    """The state machine's TimeoutSeconds; None if it has none or its definition is broken, which the run itself reports."""
    try:
        return json.loads(machine["definition"]).get("TimeoutSeconds")
    except (KeyError, ValueError):
        return None


def _branch(stock):
    def run(state_defs, start_at, data, execution, context):
        # Branches of a Parallel or Map run on threads of their own.
        before, _here.execution = getattr(_here, "execution", None), execution
        try:
            return stock(state_defs, start_at, data, execution, context)
        finally:
            _here.execution = before

    return run


def _stop(stock):
    def stop(data):
        answer = stock(data)
        with _lock:
            for wake in _waiting.get(data.get("executionArn"), ()):
                wake.set()
        return answer

    return stop


def _fail(stock):
    def fail(execution, error, cause):
        if execution["status"] != "RUNNING":
            return
        if time.monotonic() < _deadlines.get(execution["executionArn"], float("inf")):
            stock(execution, error, cause)
            return
        execution.update(status="TIMED_OUT", stopDate=now_iso())
        states._add_event(execution, "ExecutionTimedOut", {"executionTimedOutEventDetails": {}})
        states._emit_execution_status_event(execution)

    return fail


def _add_event(stock):
    def add(execution, kind, details=None):
        events = execution["events"]
        if events and events[-1]["type"] in _ENDS:
            return events[-1]
        event = stock(execution, kind, details)
        event["previousEventId"] = event["id"] - 1
        return event

    return add


def _not_when_ended(stock, nothing):
    def find(candidates, error, *rest):
        execution = getattr(_here, "execution", None)
        if execution is not None:
            try:
                check(execution)
            except Ended:
                return nothing
        return stock(candidates, error, *rest)

    return find
