"""What schemathesis can't know: how a call is signed, and which names and ids there are, so that calls get further than their names."""

import json
import os
import random
import sys
import unicodedata

import schemathesis
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from requests.auth import AuthBase

known = json.loads(os.environ["CURFEW_FUZZ"])
chance = random.Random(known["seed"])


class Signed(AuthBase):
    """By the session of an IAM role, over the request as it is sent."""

    def __call__(self, request):
        keys = Credentials(known["accessKeyId"], known["secretAccessKey"], known["sessionToken"])
        signing = AWSRequest(method=request.method, url=request.url, data=request.body or b"")
        # Only what can't change on the way: schemathesis itself changes others after this.
        signing.headers["Host"] = known["host"]
        SigV4Auth(keys, "execute-api", known["region"]).add_auth(signing)
        for name in ("Authorization", "X-Amz-Date", "X-Amz-Security-Token"):
            request.headers[name] = signing.headers[name]
        return request


schemathesis.auth.set_from_requests(Signed())


# What the schema calls \\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}, for engines that know no such classes.
invisible = "".join(
    character for character in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp")
)


@schemathesis.hook
def before_load_schema(context, raw_schema):
    text = json.dumps(raw_schema).replace(json.dumps("\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}")[1:-1], json.dumps(invisible)[1:-1])
    raw_schema.update(json.loads(text))


def often() -> bool:
    return chance.random() < 0.6


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Half the ids are of something that is there."""
    operation = getattr(context.operation, "path", "")
    if not path_parameters or not often():
        return path_parameters
    for name, values in known["paths"].items():
        prefix, parameter = name.split(" ")
        if operation.startswith(prefix) and parameter in path_parameters:
            path_parameters[parameter] = chance.choice(values)
    return path_parameters


@schemathesis.hook
def map_body(context, body):
    """Names of the catalog in what is asked for, and the digest of what was shown."""
    if not isinstance(body, dict):
        return body
    for name, values in known["body"].items():
        if name in body and often():
            body[name] = chance.choice(values)
    return body
