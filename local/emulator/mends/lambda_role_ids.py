"""A function's session is of its role, by the role's unique id.

Stock: the `UserId` of a function's session begins with the role's name. AWS: with its id (`AROA...`), which is what EKS matches
access entries by, so that a role made anew under an old name gets nothing.
"""

from ministack.services import iam, sts


def apply() -> None:
    stock = sts.register_session

    def register(access_key, session, *args, **kwargs):
        role_name, _, session_name = session["UserId"].partition(":")
        role = iam._roles.get(role_name)
        if role:
            session = {**session, "UserId": f"{role['RoleId']}:{session_name}"}
        return stock(access_key, session, *args, **kwargs)

    sts.register_session = register
