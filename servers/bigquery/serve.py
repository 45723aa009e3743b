"""Serves bqemulator on two ports, REST and gRPC, over a folder that keeps its tables.

Its start fetches two extensions of DuckDB, for geography and Avro, that no pipeline uses. They are
left out.
"""

import pathlib
import sys

from bqemulator.config import LogLevel, PersistenceMode, Settings
from bqemulator.server import EmulatorServer
from bqemulator.storage.engine import DuckDBEngine

DuckDBEngine._load_spatial = lambda self: None

rest, grpc, folder = sys.argv[1:4]
EmulatorServer(
    Settings(
        rest_port=int(rest),
        grpc_port=int(grpc),
        persistence_mode=PersistenceMode.PERSISTENT,
        data_dir=pathlib.Path(folder),
        enable_format_extensions=False,
        log_level=LogLevel.ERROR,
    )
).run_forever()
