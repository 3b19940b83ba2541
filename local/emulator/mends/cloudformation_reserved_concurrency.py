"""A function declared with reserved concurrency in a template has it, in its update too.

Stock: CloudFormation ignores ReservedConcurrentExecutions, so that a function meant to run once at a time runs many times.
"""

from ministack.services import lambda_svc
from ministack.services.cloudformation import provisioners


def apply() -> None:
    handlers = provisioners._RESOURCE_HANDLERS["AWS::Lambda::Function"]
    create, update = handlers["create"], handlers["update"]

    def created(logical_id, props, stack_name):
        name, attributes = create(logical_id, props, stack_name)
        _reserve(name, props)
        return name, attributes

    def updated(physical_id, old_props, new_props, stack_name, *rest, **named):
        name, attributes = update(physical_id, old_props, new_props, stack_name, *rest, **named)
        _reserve(name, new_props)
        return name, attributes

    handlers.update(create=created, update=updated)


def _reserve(name, props) -> None:
    reserved = props.get("ReservedConcurrentExecutions")
    if reserved is None:
        lambda_svc._functions[name].pop("concurrency", None)
    else:
        lambda_svc._functions[name]["concurrency"] = int(reserved)
