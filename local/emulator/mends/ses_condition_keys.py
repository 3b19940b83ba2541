"""IAM policies can fix the address that mail is sent from.

Stock: `ses:FromAddress` is unknown, so a policy whose condition names the sender refuses every mail. AWS knows it, and the
sender's and recipients' other keys too, which nothing here asks for.
"""

import contextvars
import email.utils

from ministack import app
from ministack.core import iam_actions

_sender = contextvars.ContextVar("sender", default="")


def apply() -> None:
    stock_mail, stock_check = app._enforce_ses_v2, app._enforce_data_plane

    def enforce_mail(method, path, headers, body, query_params, request_id):
        _, address = email.utils.parseaddr(iam_actions._safe_json_field(body, "FromEmailAddress") or "")
        token = _sender.set(address)
        try:
            return stock_mail(method, path, headers, body, query_params, request_id)
        finally:
            _sender.reset(token)

    def check(service, *args, service_context=None, **kwargs):
        if service == "sesv2" and _sender.get():
            service_context = {**(service_context or {}), "ses:fromaddress": _sender.get()}
        return stock_check(service, *args, service_context=service_context, **kwargs)

    app._enforce_ses_v2, app._enforce_data_plane = enforce_mail, check
