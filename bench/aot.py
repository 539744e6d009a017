# benchmark: size, first page and idle memory of the ahead-of-time binary, beside what the design asks for
# needs: mosquitto libmosquitto1 libsodium23 libsqlite3-0 openssl
"""The three figures that ./test records. They are recorded, not asserted: a slow machine is no fault of the code."""
import pathlib
import tempfile
import time

from cabinet import cabinet, node_rss
from measure import AOT, median, run

# What the design asks of the ahead-of-time binary.
MOST_MB, MOST_MS, MOST_MIB = 25, 300, 60
STARTS = 3
SETTLE_SECONDS = 2


def measure(results):
    results.add("size of the binary", round(AOT.stat().st_size / 1e6, 2), "MB", "target", MOST_MB, "stat artifacts/aot/edgenode")
    starts, memory = [], []
    with tempfile.TemporaryDirectory(prefix="edgenode-bench-") as folder:
        for _ in range(STARTS + 1):
            with cabinet(pathlib.Path(folder)) as server:
                starts.append(server.first_answer_ms)
                time.sleep(SETTLE_SECONDS)
                memory.append(node_rss(server))
    command = "edgenode run, GET / until 200"
    results.add("first 200 of a new cabinet", starts[0], "ms", "target", MOST_MS, command)
    results.add("first 200 of a cabinet with data", median(starts[1:]), "ms", "target", MOST_MS, command)
    results.add("idle memory after the first page", median(memory), "MiB", "target", MOST_MIB, "VmRSS in /proc/PID/status")


if __name__ == "__main__":
    run("aot", measure)
