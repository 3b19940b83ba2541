"""A JSONata Succeed state can shape the execution's output.

Stock: its `Output` is ignored and the input passed on. AWS: `Output` is the execution's output.
"""

from ministack.services import stepfunctions as states


def apply() -> None:
    stock = states._apply_output_path

    def output_of(state, data, context=None):
        if state.get("Type") == "Succeed" and states._state_query_language(state, context) == "JSONata":
            return states._apply_jsonata_output(state, data, context, default=data)
        return stock(state, data, context)

    states._apply_output_path = output_of
