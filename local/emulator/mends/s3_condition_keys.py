"""Bucket policies can ask whether a put is create-only, and with which version of TLS a request came.

Stock: `s3:if-none-match` and `s3:TlsVersion` are unknown, so that a bucket which refuses all but create-only puts
refuses every put. Here too, what comes over loopback counts as well protected: TLS 1.3.
"""

from ministack.core import iam_actions


def apply() -> None:
    stock = iam_actions.s3_service_context

    def context_of(iam_action, query_params, path="", headers=None):
        context = {**stock(iam_action, query_params, path, headers), "s3:tlsversion": "1.3"}
        condition = (headers or {}).get("if-none-match")
        if condition and iam_action == "s3:PutObject":
            context["s3:if-none-match"] = condition
        return context

    iam_actions.s3_service_context = context_of
