"""The variables of one `Assign` are all computed from the values before it.

Stock: one after the other, so a later one sees what an earlier one just assigned. AWS evaluates them together.
"""

from ministack.services import stepfunctions as states


def apply() -> None:
    def assign(state, raw, context, result=None, error_output=None):
        if context is None or states._state_query_language(state, context) != "JSONata":
            return
        computed = {
            name: states._apply_jsonata_template(template, raw, context, result=result, error_output=error_output)
            for name, template in (state.get("Assign") or {}).items()
        }
        context.setdefault("variables", {}).update(computed)

    states._apply_state_assign = assign
