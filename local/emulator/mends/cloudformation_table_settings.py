"""A table declared with a time to live and point-in-time recovery in a template has them.

Stock: CloudFormation creates the table without either.
"""

from ministack.services import dynamodb
from ministack.services.cloudformation import provisioners


def apply() -> None:
    for kind in ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"):
        handlers = provisioners._RESOURCE_HANDLERS[kind]
        handlers["create"] = _created(handlers["create"])


def _created(stock):
    def create(logical_id, props, stack_name):
        name, attributes = stock(logical_id, props, stack_name)
        expiry = props.get("TimeToLiveSpecification") or {}
        if _true(expiry.get("Enabled")):
            dynamodb._ttl_settings[name] = {"TimeToLiveStatus": "ENABLED", "AttributeName": expiry["AttributeName"]}
        # A GlobalTable (CDK's TableV2) says per replica what a Table says for itself.
        for place in (props, *(props.get("Replicas") or [])):
            if _true((place.get("PointInTimeRecoverySpecification") or {}).get("PointInTimeRecoveryEnabled")):
                dynamodb._pitr_settings[name] = True
            if _true(place.get("DeletionProtectionEnabled")):
                dynamodb._tables[name]["DeletionProtectionEnabled"] = True
        return name, attributes

    return create


def _true(value) -> bool:
    return str(value).lower() == "true"
