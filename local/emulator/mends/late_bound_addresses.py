"""A function's environment may name the API's own public address before it is known.

A deployed state is kept and started again on another port, so no address of this machine may be deployed. Wherever a
function's environment holds `http://curfew.invalid`, it is given the address of the stage of the first REST API when its
process starts. (Not a fault of the emulator: on AWS that address is a setting of the stack.)
`AWS_ENDPOINT_URL_EKS` needs nothing here: functions inherit it from the launcher's environment.
"""

import os

from ministack.core import lambda_runtime
from ministack.services import apigateway_v1

PLACEHOLDER = "http://curfew.invalid"


def apply() -> None:
    stock = lambda_runtime.Worker._spawn

    def spawn(self):
        variables = (self.config.get("Environment") or {}).get("Variables") or {}
        if any(PLACEHOLDER in value for value in variables.values()):
            address = api_address()
            bound = {name: value.replace(PLACEHOLDER, address) for name, value in variables.items()}
            # A copy: the deployed function keeps the placeholder, for the next start on another port.
            self.config = {**self.config, "Environment": {"Variables": bound}}
        return stock(self)

    lambda_runtime.Worker._spawn = spawn


def api_address() -> str:
    """Where the first REST API that has a stage is reached; the placeholder itself while there is none."""
    for api_id, stages in sorted(apigateway_v1._stages_v1.items()):
        for stage in stages:
            return f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}/_aws/execute-api/{api_id}/{stage}"
    return PLACEHOLDER
