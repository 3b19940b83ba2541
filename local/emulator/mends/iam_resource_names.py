"""IAM judges a mail by the identity that sends it, and an answer to a task by the state machine that asked.

Stock: the resource of `ses:SendEmail` and of `states:SendTask*` is `*`, so a policy as narrow as AWS allows, on one
identity or one state machine, refuses everything. AWS: the sender's verified address, else its domain; and the state
machine whose execution waits for the token.
"""

import email.utils

from ministack.core import iam_actions
from ministack.services import ses, ses_v2

from .states_tokens import machine_of


def apply() -> None:
    stock = iam_actions.extract_resource_arn

    def resource_of(service, method, path, headers, body, query_params, region, account_id):
        if service == "ses" and path.endswith("/outbound-emails"):
            return _sending_identity(body, region, account_id)
        if service == "states" and ".SendTask" in headers.get("x-amz-target", ""):
            return machine_of(iam_actions._safe_json_field(body, "taskToken")) or "*"
        return stock(service, method, path, headers, body, query_params, region, account_id)

    iam_actions.extract_resource_arn = resource_of


def _sending_identity(body, region, account_id) -> str:
    named = iam_actions._safe_json_field(body, "FromEmailAddressIdentityArn")
    if named:
        return named
    _, address = email.utils.parseaddr(iam_actions._safe_json_field(body, "FromEmailAddress"))
    verified = address in ses_v2._identities or address in ses._identities
    identity = address if verified else address.rpartition("@")[2]
    return f"arn:aws:ses:{region}:{account_id}:identity/{identity}" if identity else "*"
