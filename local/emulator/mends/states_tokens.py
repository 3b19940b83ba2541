"""A task token is answered once, and what is wrong with another answer has AWS's name.

Stock: a used, expired or invented token is `TaskDoesNotExist`. AWS: a token whose task has ended, by an answer or by
its time, is `TaskTimedOut`; what never was a token is `InvalidToken`. Tokens here are as opaque and as long as AWS's
are (several hundred characters), so that a column or a URL too narrow for them is found.
"""

import base64
import json
import secrets
import threading
import time

from ministack.core.responses import error_response_json, get_account_id, json_response
from ministack.services import stepfunctions as states

_open: dict[str, dict] = {}
_lock = threading.Lock()
_MARK = b"task"  # what a token of this emulator begins with, once decoded


def apply() -> None:
    states._send_task_success = lambda data: _answer(data, {"result": data.get("output", "{}")})
    states._send_task_failure = lambda data: _answer(
        data, {"error": {"Error": data.get("error", ""), "Cause": data.get("cause", "")}}
    )
    states._send_task_heartbeat = lambda data: _answer(data, None)


def new_token(machine: str, wake: threading.Event) -> tuple[str, dict]:
    """A token and the place of its answer: `closed` says that there is one, in `result` or `error`; `beat` is the last heartbeat."""
    token = base64.b64encode(b"|".join((_MARK, machine.encode(), secrets.token_bytes(400)))).decode()
    answer = {"closed": False, "result": None, "error": None, "beat": 0.0, "wake": wake}
    with _lock:
        _open[token] = answer
    return token, answer


def close_token(token: str) -> None:
    """From here on the token is one whose task has ended."""
    with _lock:
        _open.pop(token, None)


def _answer(data, outcome):
    token = data.get("taskToken") or ""
    output = (outcome or {}).get("result")
    if output is not None and not _is_json(output):
        return error_response_json("InvalidOutput", "Invalid Output: output must be valid JSON", 400)
    with _lock:
        answer = _open.get(token)
        if answer is not None and not answer["closed"]:
            answer["beat"] = time.monotonic()
            if outcome is not None:
                answer.update(outcome, closed=True)
            answer["wake"].set()
            return json_response({})
    activity = states._task_tokens.get(token)  # a task of an activity: the emulator's own bookkeeping
    if activity:
        activity.update({"heartbeat": time.time()} if outcome is None else outcome)
        if outcome is not None:
            activity["event"].set()
        return json_response({})
    if (machine_of(token) or "").split(":")[4:5] == [get_account_id()]:
        return error_response_json("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'", 400)
    return error_response_json("InvalidToken", "Invalid Token: 'Invalid token'", 400)


def _is_json(text) -> bool:
    try:
        json.loads(text)
        return True
    except (TypeError, ValueError):
        return False


def machine_of(token: str) -> str | None:
    """ARN of the state machine whose execution was given `token`; None if it never was a token."""
    try:
        mark, machine, _ = base64.b64decode(token, validate=True).split(b"|", 2)
    except ValueError:
        return None
    return machine.decode() if mark == _MARK else None
