"""A function can speak TLS to another server on the loopback interface, such as a Kubernetes API server.

Stock: `https.request` to 127.0.0.1 or localhost is turned into plain HTTP whatever its port, for the sake of a CDK
library that forgets the emulator's port. Only the emulator's own port, or none, needs that.
"""

from ministack.core import lambda_runtime

from . import replace_once


def apply() -> None:
    stock = '''if (host === "127.0.0.1" || host === "localhost" || host === msHost
        || (advertised && host === advertised)) {'''
    mended = '''const forGateway = !options.port || String(options.port) === "443" || Number(options.port) === msPort;
    if (forGateway && (host === "127.0.0.1" || host === "localhost" || host === msHost
        || (advertised && host === advertised))) {'''
    lambda_runtime._NODEJS_WORKER_SCRIPT = replace_once(lambda_runtime._NODEJS_WORKER_SCRIPT, stock, mended)
