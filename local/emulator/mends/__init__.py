"""The emulator's gaps that matter here, each mended in process by the module of its name.

A module's docstring says what is wrong in the stock release and what AWS does instead. `test/local/emulator-mends.test.ts`
runs one probe per mend against the mended emulator, where it must pass, and against the stock one, where it must still
find the fault: a release that no longer needs a mend turns that test red, and the mend can go.
"""

import importlib
import importlib.metadata

PINNED = "1.5.33"

# In the order they are applied: later ones may build on what earlier ones put in place.
NAMES = (
    "loopback_is_secure",
    "lambda_error_names",
    "lambda_worker_limit",
    "lambda_log_wait",
    "lambda_loopback_tls",
    "lambda_role_ids",
    "late_bound_addresses",
    "timer_ticks",
    "states_endings",
    "states_tasks",
    "states_tokens",
    "iam_resource_names",
    "s3_condition_keys",
    "ses_condition_keys",
    "sqs_queues_kept",
    "sts_sessions_kept",
    "states_start_again",
    "states_restart_told",
    "states_error_matching",
    "states_succeed_output",
    "states_assign_together",
    "cloudformation_object_lock",
    "cloudformation_reserved_concurrency",
    "cloudformation_table_settings",
    "cloudformation_trail",
    "cloudtrail_eks_events",
    "eks_front_door",
)


def apply(names) -> None:
    """Apply the mends called `names`, in the order of NAMES. Refuses any other release than the pinned one."""
    found = importlib.metadata.version("ministack")
    if found != PINNED:
        raise SystemExit(f"The mends are written for ministack {PINNED}, but {found} is installed: delete its environment from the cache.")
    unknown = set(names) - set(NAMES)
    if unknown:
        raise SystemExit(f"No mend is called {', '.join(sorted(unknown))}. There are: {', '.join(NAMES)}.")
    for name in NAMES:
        if name in names:
            importlib.import_module(f"{__name__}.{name}").apply()


def replace_once(text: str, old: str, new: str) -> str:
    """`text` with its only occurrence of `old` replaced; anything but one occurrence means the release has changed."""
    if text.count(old) != 1:
        raise SystemExit(f"Expected once in ministack {PINNED}, found {text.count(old)} times: {old!r}")
    return text.replace(old, new)
