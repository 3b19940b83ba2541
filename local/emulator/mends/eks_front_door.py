"""Let the strict EKS stand-in use the emulator's front door: SigV4, IAM and CloudTrail for calls it answers itself.

The emulator's own EKS judges each call on the cluster's ARN and knows none of the `eks:*` condition keys, so a policy
as narrow as a broker's (`access-entry/...` resources, `eks:username`, `aws:ResourceTag/...`) can't be enforced by it.
The stand-in therefore passes each request on as it was signed and names, in one more header that no signature covers,
the checks that AWS would make. The signature, the clock and the session token are verified by the emulator as always;
each named check is put to its policy evaluator; and the answer says who called. Nothing is done here but judging.
"""
import base64
import json

CHECKS_HEADER = "x-curfew-eks-checks"


def apply():
    from ministack import app
    from ministack.core import iam_actions
    from ministack.core.iam_evaluator import resolve_caller_identity
    from ministack.core.responses import get_account_id, new_uuid
    from ministack.core.router import extract_access_key_id
    from ministack.services import eks

    action_of = iam_actions.extract_iam_action
    answer = eks.handle_request

    def extract_iam_action(service, method, path, headers, *rest):
        # No action: the router then only authenticates, and the checks named by the stand-in decide.
        if service == "eks" and CHECKS_HEADER in headers:
            return None
        return action_of(service, method, path, headers, *rest)

    async def handle_request(method, path, headers, body, query_params):
        if CHECKS_HEADER not in headers:
            return await answer(method, path, headers, body, query_params)
        for check in json.loads(base64.b64decode(headers[CHECKS_HEADER])):
            denied = app._enforce_data_plane(
                "eks", check["action"], headers, query_params, new_uuid(),
                resource_arn=check["resource"], service_context=check["context"], named_resource=check["resource"],
            )
            if denied:
                return denied
        caller = resolve_caller_identity(extract_access_key_id(headers, query_params)) or {}
        known = {"arn": caller.get("userArn", ""), "userId": caller.get("userId", ""), "account": get_account_id()}
        return 200, {"Content-Type": "application/json", CHECKS_HEADER: "made"}, json.dumps(known).encode()

    iam_actions.extract_iam_action = extract_iam_action
    eks.handle_request = handle_request
