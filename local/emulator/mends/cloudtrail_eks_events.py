"""CloudTrail records calls to the EKS API as AWS does, and hands changes on to EventBridge.

Stock: they are called `POST.eks`, made by an IAM user named like the access key, and reach no rule. AWS: the operation's
name, the role session that called, its parameters (those from the path still percent-encoded), and for each change an
event "AWS API Call via CloudTrail". A call is recorded once it is authorized, whatever comes of it afterwards.
"""

import contextvars
import json
import re
import threading
import time
from urllib.parse import quote, unquote

from ministack import app
from ministack.core.iam_evaluator import resolve_caller_identity
from ministack.core.responses import get_account_id, new_uuid
from ministack.core.router import extract_access_key_id
from ministack.services import cloudtrail, eventbridge

_ENTRY = r"/clusters/(?P<name>[^/]+)/access-entries/(?P<principalArn>[^/]+|arn:[^/]+/.+?)"
_CALLS = [
    (re.compile(pattern + "$"), names)
    for pattern, names in (
        (f"{_ENTRY}/access-policies/(?P<policyArn>.+)", {"DELETE": "DisassociateAccessPolicy"}),
        (f"{_ENTRY}/access-policies", {"POST": "AssociateAccessPolicy", "GET": "ListAssociatedAccessPolicies"}),
        ("/clusters/(?P<name>[^/]+)/access-entries", {"POST": "CreateAccessEntry", "GET": "ListAccessEntries"}),
        (_ENTRY, {"GET": "DescribeAccessEntry", "DELETE": "DeleteAccessEntry", "POST": "UpdateAccessEntry"}),
        ("/clusters/(?P<name>[^/]+)", {"GET": "DescribeCluster", "DELETE": "DeleteCluster"}),
        ("/clusters", {"GET": "ListClusters", "POST": "CreateCluster"}),
        ("/tags/(?P<resourceArn>.+)", {"POST": "TagResource", "DELETE": "UntagResource", "GET": "ListTagsForResource"}),
    )
]


def apply() -> None:
    stock = app._maybe_record_cloudtrail

    def record(service, method, path, headers, body, query_params, request_id, region):
        if service != "eks" or path.startswith("/_"):
            stock(service, method, path, headers, body, query_params, request_id, region)
            return
        for pattern, names in _CALLS:
            found = pattern.match(path)
            if found and method in names:
                named = {k: v if k == "name" else quote(unquote(v), safe="") for k, v in found.groupdict().items()}
                parameters = {**named, **app._ct_request_params(headers, body, query_params)}
                key = extract_access_key_id(headers, query_params) or ""
                _record(names[method], key, parameters, region, request_id, headers.get("user-agent", ""))
                return

    app._maybe_record_cloudtrail = record


def _record(name, access_key, parameters, region, request_id, agent) -> None:
    read_only = name.startswith(("Describe", "List"))
    now = time.time()
    event = {
        "eventVersion": "1.11",
        "userIdentity": _identity(access_key),
        "eventTime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now)),
        "eventSource": "eks.amazonaws.com",
        "eventName": name,
        "awsRegion": region,
        "sourceIPAddress": "127.0.0.1",
        "userAgent": agent,
        "requestParameters": parameters,
        "responseElements": None,
        "requestID": request_id,
        "eventID": new_uuid(),
        "readOnly": read_only,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": get_account_id(),
        "eventCategory": "Management",
    }
    cloudtrail._get_event_queue().append(
        {
            "EventId": event["eventID"],
            "EventName": name,
            "EventSource": event["eventSource"],
            "EventTime": now,
            "Username": event["userIdentity"]["arn"].rpartition("/")[2],
            "AccessKeyId": access_key,
            "ReadOnly": str(read_only).lower(),
            "Resources": [],
            "CloudTrailEvent": json.dumps(event),
        }
    )
    if not read_only:
        # On a thread of its own: rules call functions, which may call this very service.
        put = contextvars.copy_context().run
        threading.Thread(target=put, args=(_hand_on, event), daemon=True).start()


def _hand_on(event) -> None:
    entry = {"Source": "aws.eks", "DetailType": "AWS API Call via CloudTrail", "Detail": json.dumps(event)}
    eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)


def _identity(access_key) -> dict:
    caller = resolve_caller_identity(access_key) or {}
    arn, account = caller.get("userArn", ""), get_account_id()
    identity = {"principalId": caller.get("userId", ""), "arn": arn, "accountId": account, "accessKeyId": access_key}
    if ":assumed-role/" not in arn:
        return {"type": "Root" if arn.endswith(":root") else "IAMUser", **identity}
    role = arn.split("/")[1]
    issuer = {"type": "Role", "arn": f"arn:aws:iam::{account}:role/{role}", "accountId": account, "userName": role}
    return {"type": "AssumedRole", **identity, "sessionContext": {"sessionIssuer": issuer}}
