"""A bucket declared with Object Lock in a template has it, in its update too.

Stock: CloudFormation drops ObjectLockEnabled and ObjectLockConfiguration, so that locked versions can be deleted.
AWS: the lock is on, with its default retention, and versioning cannot be off.
"""

from ministack.services import s3
from ministack.services.cloudformation import provisioners


def apply() -> None:
    handlers = provisioners._RESOURCE_HANDLERS["AWS::S3::Bucket"]
    create, update = handlers["create"], handlers["update"]

    def created(logical_id, props, stack_name):
        name, attributes = create(logical_id, props, stack_name)
        _lock(name, props)
        return name, attributes

    def updated(physical_id, old_props, new_props, stack_name, *rest, **named):
        name, attributes = update(physical_id, old_props, new_props, stack_name, *rest, **named)
        _lock(name, new_props)
        return name, attributes

    handlers.update(create=created, update=updated)


def _lock(name, props) -> None:
    if str(props.get("ObjectLockEnabled", "")).lower() != "true":
        return
    rule = (props.get("ObjectLockConfiguration") or {}).get("Rule") or {}
    retention = rule.get("DefaultRetention")
    if retention:
        period = next(unit for unit in ("Days", "Years") if unit in retention)
        retention = {"Mode": retention["Mode"], period: int(retention[period])}
    s3._bucket_versioning[name] = "Enabled"
    s3._bucket_object_lock[name] = {"enabled": True, "default_retention": retention}
