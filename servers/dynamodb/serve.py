"""Serves moto's DynamoDB on a port, one request at a time.

Moto's tables have no locks. The service holds a write's condition against all other writes of the
item, and so does this double when no two requests run at once.

Moto keeps all in memory. What it has when it is asked to end is in a file afterwards, and is there
again after the next start.
"""

import os
import pickle
import signal
import sys
import threading

from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.server import create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server


class QuietHandler(WSGIRequestHandler):
    def log_request(self, code="-", size="-"):
        pass


def read(file):
    if os.path.exists(file):
        with open(file, "rb") as tables:
            for region, of_region in pickle.load(tables).items():
                dynamodb_backends[DEFAULT_ACCOUNT_ID][region].tables = of_region


def write(file):
    backends = dynamodb_backends[DEFAULT_ACCOUNT_ID]
    next_file = file + ".next"
    with open(next_file, "wb") as tables:
        pickle.dump({region: backend.tables for region, backend in backends.items()}, tables)
    os.replace(next_file, file)


port, tables_file = int(sys.argv[1]), sys.argv[2]
read(tables_file)
server = make_server(
    "127.0.0.1",
    port,
    create_backend_app("dynamodb"),
    threaded=False,
    request_handler=QuietHandler,
)
# A consumer makes 64 calls at a time, and each is a connection. Those that find no room wait for
# seconds before they try again.
server.socket.listen(1024)
# Not in this thread, which ends the request that it is at first.
signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
server.serve_forever(poll_interval=0.05)
write(tables_file)
