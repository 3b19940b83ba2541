"""Plain HTTP on the loopback interface counts as secure transport.

Stock: `aws:SecureTransport` is false for every HTTP request, so CDK's staging bucket and any bucket with `enforceSSL`
refuse all access. The emulator listens on 127.0.0.1 only, where nothing can be overheard, and the stack stays unchanged.
"""

from ministack.core import iam_evaluator


def apply() -> None:
    stock = iam_evaluator._resolve_condition_key

    def resolve(key, context):
        return "true" if key.lower() == "aws:securetransport" else stock(key, context)

    iam_evaluator._resolve_condition_key = resolve
