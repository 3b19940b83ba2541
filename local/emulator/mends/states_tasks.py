"""A Task state keeps its times, tells its errors and retries as AWS does, callback tasks above all.

Stock, for `.waitForTaskToken`: a failed Lambda call is swallowed and the state hangs; HeartbeatSeconds, TimeoutSecondsPath
and a JSONata TimeoutSeconds are not obeyed (the last breaks the state); a Retry reuses the token of the attempt before;
an answer that comes while the function still runs waits for it. For all tasks: no TaskStarted, TaskSubmitted, TaskTimedOut
events; MaxDelaySeconds and JitterStrategy are ignored and every retry delay is cut to 60 seconds.
"""

import contextvars
import json
import random
import threading
import time

from ministack.services import stepfunctions as states

from .states_endings import check, pause
from .states_tokens import close_token, new_token

_CALLBACK = ".waitForTaskToken"


def apply() -> None:
    states._execute_task = execute_task


def execute_task(state, raw, execution, context):
    """Run the Task state until it succeeds, is caught, or fails: its output and the name of the next state."""
    jsonata = states._state_query_language(state, context) == "JSONata"
    retries: dict = {}
    while True:
        context["State"]["RetryCount"] = sum(retries.values())
        check(execution)
        try:
            result = _attempt(state, raw, execution, context, jsonata)
            if jsonata:
                output = states._apply_jsonata_output(state, raw, context, result=result, default=result)
                states._apply_state_assign(state, raw, context, result=result)
            else:
                selected = states._apply_result_selector(state, result)
                output = states._apply_output_path(state, states._apply_result_path(state, raw, selected), context)
            return output, states._next_or_end(state)
        except states._ExecutionError as error:
            _record_failure(execution, state, context, error)
            retrier, index = states._find_matching_retrier(state.get("Retry", []), error.error, retries)
            if retrier is not None:
                pause(_delay(retrier, retries.get(index, 0)) * states._SFN_WAIT_SCALE)
                retries[index] = retries.get(index, 0) + 1
                continue
            catcher = states._find_matching_catcher(state.get("Catch", []), error.error)
            if catcher is None:
                raise
            failure = {"Error": error.error, "Cause": error.cause}
            language = "JSONata" if jsonata else "JSONPath"
            return states._apply_catcher(catcher, raw, context, language, failure), catcher["Next"]


def _attempt(state, raw, execution, context, jsonata):
    """One attempt: the task's result, or an _ExecutionError."""
    resource = state.get("Resource", "")
    callback = _CALLBACK in resource
    wake = threading.Event()
    token, answer = new_token(execution["stateMachineArn"], wake) if callback else (None, {})
    if callback:
        context["Task"] = {"Token": token}
    try:
        if jsonata:
            arguments = states._apply_jsonata_arguments(state, raw, context)
        else:
            arguments = states._apply_parameters(state, states._apply_input_path(state, raw, context), context)
        timeout = _seconds(state, "TimeoutSeconds", raw, context)
        heartbeat = _seconds(state, "HeartbeatSeconds", raw, context) if callback else None
        if ":activity:" in resource:
            timeout = None  # an activity's time runs from when a worker takes the task, which stays the emulator's part
        _event(execution, "TaskScheduled", resource, parameters=json.dumps(arguments), timeoutInSeconds=timeout)
        _event(execution, "TaskStarted", resource)
        call = _call_on_its_own_thread(resource.replace(_CALLBACK, ""), arguments, wake)
        result = _wait(resource, call, answer if callback else None, wake, timeout, heartbeat, execution)
    finally:
        if callback:
            close_token(token)
            context.pop("Task", None)
    _event(execution, "TaskSucceeded", resource, output=json.dumps(result))
    return result


def _call_on_its_own_thread(resource, arguments, wake):
    """Begin the call. The dict that is returned gets "result" or "error" when it ends, and `wake` is set."""
    call: dict = {}

    def run():
        try:
            call["result"] = states._invoke_resource(resource, arguments)
        except states._ExecutionError as error:
            call["error"] = error
        except Exception as error:
            call["error"] = states._ExecutionError("States.Runtime", str(error))
        finally:
            wake.set()

    threading.Thread(target=contextvars.copy_context().run, args=(run,), daemon=True).start()
    return call


def _wait(resource, call, answer, wake, timeout, heartbeat, execution):
    """Wait for what ends the attempt: the call's end, or for a callback task the `answer` to its token."""
    began = time.monotonic()
    submitted = False
    while True:
        wake.clear()  # before looking: whatever is set from here on wakes the pause below
        if answer is not None and answer["closed"]:
            return _answered(answer)
        if "error" in call:
            raise call["error"]
        if "result" in call and answer is None:
            return call["result"]
        if "result" in call and not submitted:
            submitted = True
            _event(execution, "TaskSubmitted", resource, output=json.dumps(call["result"]))
        now = time.monotonic()
        last_beat = max(began, answer["beat"]) if answer else began
        if timeout is not None and now >= began + timeout:
            raise states._ExecutionError("States.Timeout", "")
        if heartbeat is not None and now >= last_beat + heartbeat:
            raise states._ExecutionError("States.HeartbeatTimeout", "")
        ends = [t for t in (timeout and began + timeout, heartbeat and last_beat + heartbeat) if t is not None]
        pause(min(ends) - now if ends else None, wake)


def _answered(answer):
    if answer["error"]:
        raise states._ExecutionError(answer["error"].get("Error", ""), answer["error"].get("Cause", ""))
    try:
        return json.loads(answer["result"])
    except (TypeError, ValueError):
        return answer["result"]


def _seconds(state, field, raw, context):
    """The value of `field`, from a JSONata expression or its ...Path too; None if the state does not have it."""
    value = state.get(field)
    if isinstance(value, str):
        value = states._jsonata_state_field(state, field, "number", raw, context)
    elif value is None and f"{field}Path" in state:
        value = states._resolve_path_or_ctx(state[f"{field}Path"], raw, context)
    if value is None:
        return None
    if not states._is_num(value) or value != int(value) or value <= 0:
        name = "States.QueryEvaluationError" if isinstance(state.get(field), str) else "States.Runtime"
        raise states._ExecutionError(name, f"The {field} field must be a positive integer but was: {json.dumps(value)}")
    return int(value)


def _delay(retrier, count) -> float:
    delay = retrier.get("IntervalSeconds", 1) * retrier.get("BackoffRate", 2.0) ** count
    delay = min(delay, retrier.get("MaxDelaySeconds", delay))
    return random.uniform(0, delay) if retrier.get("JitterStrategy") == "FULL" else delay


def _record_failure(execution, state, context, error) -> None:
    name, cause = error.error, error.cause
    if name == "States.QueryEvaluationError":
        details = {"error": name, "cause": cause, "state": context["State"]["Name"]}
        states._add_event(execution, "EvaluationFailed", {"evaluationFailedEventDetails": details})
    elif name in ("States.Timeout", "States.HeartbeatTimeout"):
        _event(execution, "TaskTimedOut", state.get("Resource", ""), error=name, cause=cause)
    else:
        _event(execution, "TaskFailed", state.get("Resource", ""), error=name, cause=cause)


def _event(execution, kind, resource, **details) -> None:
    """`lambda` and `invoke.waitForTaskToken` for arn:aws:states:::lambda:invoke.waitForTaskToken, as AWS splits it."""
    prefix, _, called = resource.rpartition(":")
    integrated = resource.startswith("arn:aws:states:::")
    names = {
        "resourceType": prefix.rpartition(":::")[2] if integrated else "lambda",
        "resource": called if integrated else resource,
    }
    known = {name: value for name, value in details.items() if value is not None}
    states._add_event(execution, kind, {f"{kind[0].lower()}{kind[1:]}EventDetails": {**names, **known}})
