"""AWS::CloudTrail::Trail can be deployed.

Stock: an unknown type, which refuses the whole stack. The trail exists and says that it logs, with its file validation;
no files reach its bucket, so what reads them is tested with samples.
"""

from ministack.services import cloudtrail
from ministack.services.cloudformation import provisioners


def apply() -> None:
    provisioners._RESOURCE_HANDLERS["AWS::CloudTrail::Trail"] = {"create": _create, "update": _update, "delete": _delete}


def _create(logical_id, props, stack_name):
    name = props.get("TrailName") or provisioners._physical_name(stack_name, logical_id, max_len=128)
    _done(cloudtrail._create_trail({**_as_api(props), "Name": name}))
    if str(props.get("IsLogging")).lower() == "true":
        _done(cloudtrail._start_logging({"Name": name}))
    return name, {"Arn": cloudtrail._trail_arn(name), "SnsTopicArn": ""}


def _update(physical_id, _old_props, new_props, _stack_name, *_rest):
    _done(cloudtrail._update_trail({**_as_api(new_props), "Name": physical_id}))
    logging = str(new_props.get("IsLogging")).lower() == "true"
    _done((cloudtrail._start_logging if logging else cloudtrail._stop_logging)({"Name": physical_id}))
    return physical_id, {"Arn": cloudtrail._trail_arn(physical_id), "SnsTopicArn": ""}


def _delete(physical_id, _props) -> None:
    cloudtrail._delete_trail({"Name": physical_id})


def _as_api(props) -> dict:
    """The properties as CreateTrail takes them: booleans that a template may spell as strings."""
    return {name: {"true": True, "false": False}.get(str(value).lower(), value) for name, value in props.items()}


def _done(response) -> None:
    status, _, body = response
    if status >= 400:
        raise ValueError(f"AWS::CloudTrail::Trail: {body!r}")
