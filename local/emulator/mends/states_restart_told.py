"""An execution that a restart of the emulator fails is told to EventBridge, as any that fails.

Stock: executions that ran when the emulator was stopped are FAILED once it is back, and nobody is told. AWS has no such
restarts; but whatever fails an execution there, its status change reaches EventBridge.
"""

import os
import threading
import time
import urllib.request

from ministack.core.arn import parse_arn
from ministack.core.responses import set_request_account_id, set_request_region
from ministack.services import stepfunctions as states

READY_WITHIN_SECONDS = 60


def apply() -> None:
    stock = states.load_persisted_state

    def load(data):
        running = [it["executionArn"] for it in data["executions"].all_values() if it.get("status") == "RUNNING"]
        stock(data)
        if running:
            threading.Thread(target=_tell, args=(running,), daemon=True).start()

    states.load_persisted_state = load


def _tell(arns) -> None:
    # Rules and their targets are loaded after the executions, and functions may call this very service.
    _await_ready()
    for arn in arns:
        spec = parse_arn(arn)
        set_request_account_id(spec.account_id)
        set_request_region(spec.region)
        execution = states._executions[arn]
        details = {"error": execution["error"], "cause": execution["cause"]}
        states._add_event(execution, "ExecutionFailed", {"executionFailedEventDetails": details})
        states._emit_execution_status_event(execution)


def _await_ready() -> None:
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}/_ministack/ready", timeout=1)
            return
        except OSError:
            time.sleep(0.05)
