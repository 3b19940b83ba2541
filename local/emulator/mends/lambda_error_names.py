"""A failed Lambda function reports the name of its error, as AWS does.

Stock: every handler error is called `Runtime.HandlerError`, so no Retry or Catch of a state machine that names an error
ever matches. AWS: `errorType` is the thrown error's `name`, `trace` its stack, and a process that ends mid-call is
`Runtime.ExitError`. A throttled function fails its task with `Lambda.TooManyRequestsException`, not `Lambda.Unknown`.
"""

import json
import threading

from ministack.core import lambda_runtime
from ministack.services import lambda_svc, stepfunctions

from . import replace_once

_answer = threading.local()  # the worker's own answer to the invocation running on this thread


def apply() -> None:
    _tell_the_name()
    _keep_the_name()
    _name_a_throttle()


def _tell_the_name() -> None:
    script = lambda_runtime._NODEJS_WORKER_SCRIPT
    script = replace_once(
        script,
        'error: String(err.message || err), trace: err.stack || ""',
        'error: String(err.message || err), trace: err.stack || "", errorType: err.name || "Error"',
    )
    script = replace_once(script, "error: e.message, trace: e.stack", 'error: e.message, trace: e.stack, errorType: e.name || "Error"')
    lambda_runtime._NODEJS_WORKER_SCRIPT = script

    stock = lambda_runtime.Worker.invoke

    def invoke(self, *args, **kwargs):
        _answer.last = stock(self, *args, **kwargs)
        return _answer.last

    lambda_runtime.Worker.invoke = invoke


def _keep_the_name() -> None:
    stock = lambda_svc._execute_function_warm

    def execute(func, event, request_id):
        _answer.last = None
        outcome = stock(func, event, request_id)
        body, answer = outcome.get("body"), _answer.last or {}
        if outcome.get("error") and isinstance(body, dict) and body.get("errorType") == "Runtime.HandlerError":
            if answer.get("errorType"):
                body.update(errorType=answer["errorType"], trace=str(answer.get("trace", "")).split("\n"))
            elif body.get("errorMessage") == "Worker process died":
                message = f"RequestId: {request_id} Error: Runtime exited without providing a reason"
                body.update(errorType="Runtime.ExitError", errorMessage=message)
        return outcome

    lambda_svc._execute_function_warm = execute


def _name_a_throttle() -> None:
    stock = stepfunctions._call_lambda

    def call(func_ref, event):
        try:
            return stock(func_ref, event)
        except stepfunctions._ExecutionError as error:
            if error.error == "Lambda.Unknown" and '"TooManyRequestsException"' in error.cause:
                message = json.loads(error.cause).get("message", "Rate Exceeded.")
                raise stepfunctions._ExecutionError("Lambda.TooManyRequestsException", message) from None
            raise

    stepfunctions._call_lambda = call
