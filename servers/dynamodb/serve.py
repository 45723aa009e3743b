"""Serves moto's DynamoDB on a port, one request at a time.

Moto's tables have no locks. The service holds a write's condition against all other writes of the
item, and so does this double when no two requests run at once.
"""

import sys

from moto.server import create_backend_app
from werkzeug.serving import WSGIRequestHandler, run_simple


class QuietHandler(WSGIRequestHandler):
    def log_request(self, code="-", size="-"):
        pass


run_simple(
    "127.0.0.1",
    int(sys.argv[1]),
    create_backend_app("dynamodb"),
    threaded=False,
    request_handler=QuietHandler,
)
