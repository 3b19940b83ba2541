"""StartExecution with the name and input of a running execution answers with that execution.

Stock: `ExecutionAlreadyExists` at once. AWS: idempotent while the execution runs; another input, or a closed
execution, is `ExecutionAlreadyExists`.
"""

from ministack.core.arn import parse_arn
from ministack.core.responses import json_response
from ministack.services import stepfunctions as states


def apply() -> None:
    stock = states._start_execution

    def start(data):
        machine = states._resolve_state_machine_arn(data.get("stateMachineArn", ""))
        if machine and data.get("name"):
            place = parse_arn(machine)
            name = states._state_machines[machine]["name"]
            arn = f"arn:aws:states:{place.region}:{place.account_id}:execution:{name}:{data['name']}"
            running = states._executions.get(arn)
            if running and running["status"] == "RUNNING" and running["input"] == data.get("input", "{}"):
                return json_response({"executionArn": arn, "startDate": running["startDate"]})
        return stock(data)

    states._start_execution = start
