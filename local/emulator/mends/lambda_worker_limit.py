"""No more than 64 function processes (CURFEW_FUNCTION_LIMIT) work at once; further calls queue for up to 30 seconds, then are throttled.

Stock: one Node process per concurrent call without a bound, 20 GB at 200 calls at once, and calls time out by the dozen.
AWS bounds concurrency per account and throttles what is above it. At about 65 MB a process, 64 fit a developer's machine
and are enough that functions which wait do not hold up the API.
"""

import os
import threading

from ministack.services import lambda_svc

LIMIT = int(os.environ.get("CURFEW_FUNCTION_LIMIT", "64"))
QUEUE_SECONDS = 30


def apply() -> None:
    stock = lambda_svc._execute_function_dispatch
    slots = threading.BoundedSemaphore(LIMIT)

    def dispatch(*args, **kwargs):
        if not slots.acquire(timeout=QUEUE_SECONDS):
            return lambda_svc._throttle_response(
                reason_code="ConcurrentInvocationLimitExceeded",
                msg=f"Rate Exceeded: {LIMIT} functions were busy for {QUEUE_SECONDS} seconds",
            )
        try:
            return stock(*args, **kwargs)
        finally:
            slots.release()

    lambda_svc._execute_function_dispatch = dispatch
