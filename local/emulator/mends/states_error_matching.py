"""`States.ALL` does not match an error that AWS lets nobody catch.

Stock: `States.ALL` and `States.TaskFailed` retry and catch `States.Runtime` and `States.DataLimitExceeded`. AWS: these
two always end the execution, so a path that relies on catching them leaves a grant standing.
"""

from ministack.services import stepfunctions as states

_FATAL = ("States.Runtime", "States.DataLimitExceeded")


def apply() -> None:
    stock = states._error_matches
    states._error_matches = lambda listed, error: error not in _FATAL and stock(listed, error)
