# benchmark: 256 peers of one cabinet of which one sends a hundred times what it is granted: how long the others wait for receipts, and when it is suspended
# needs: mosquitto libmosquitto1 libsodium23 libsqlite3-0 openssl
"""One cabinet, its broker, and one load process with 256 TLS clients (tests/Load).

255 peers send a bundle of two statements every two seconds each, spread evenly: 128 bundles a second, an eighth of what a peer may send alone. After a calm
stretch the last peer floods. Time is from the moment a bundle is handed to the client's publish to the arrival of its signed receipt; bundles handed over
in the stretch with the flood count as such, also after the flooding peer has been cut off.
"""
import json
import pathlib
import sqlite3
import subprocess
import tempfile
import time

from measure import ADDRESS, AOT, Failed, Server, free_ports, run, say
from sync_systems import LOAD, build_load

COMMAND = "bench/run flood"
LIMIT_P99, LIMIT_SUSPENDED = 2, 10
# What may be the worst for the others; the row is the worst of them.
FLOODS = ("full", "small", "garbage")
LONGEST = 300
CONFIG = """[cabinet]
version=1
name=Middle
[network]
address={address}
residents={residents}
stewards={stewards}
pairing={pairing}
peers={peers}
broker={broker}
discovery=no
[matching]
plan=manual
"""
DOORS = ("residents", "stewards", "pairing", "peers", "broker")


class Flood:
    """One cabinet and one load process, from the making of its folder to the last receipt."""

    def __init__(self, kind, peers, warm, calm, flooding):
        self.kind, self.peers, self.warm, self.calm, self.flooding = kind, peers, warm, calm, flooding

    def go(self, folder):
        folder.mkdir()
        self.database = folder / "data" / "edgenode.db"
        ports = dict(zip(DOORS, free_ports(ADDRESS, len(DOORS))))
        config = folder / "cabinet.ini"
        config.write_text(CONFIG.format(address=ADDRESS, **ports), encoding="utf-8")
        command = [
            LOAD, "--peers", self.peers, "--cabinet", f"{self.database.parent}/{ADDRESS}", "--flood", self.kind, "--warm", self.warm,
            "--calm", self.calm, "--flooding", self.flooding, "--peers-port", ports["peers"], "--pairing-port", ports["pairing"],
        ]  # fmt: skip
        load = subprocess.Popen(
            [str(c) for c in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        try:
            self.flooder = json.loads(self.line(load))["flooder"]
            cabinet = [AOT, "run", "--data", self.database.parent, "--config", config]
            with Server(cabinet, ADDRESS, ports["residents"], folder / "cabinet.log", cwd=folder):
                load.stdin.write("it runs\n")
                load.stdin.flush()
                self.said = json.loads(self.line(load))
                self.look()
        finally:
            load.kill()
            load.communicate()

    @staticmethod
    def line(load):
        """Its own waits have bounds; an early end is told with its last words."""
        text = load.stdout.readline()
        if not text:
            raise Failed(f"the load ended early: {load.communicate(timeout=LONGEST)[1].strip()[-400:]}")
        return text

    def look(self):
        """What stands in the cabinet's database."""
        with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=10) as db:

            def number(sql, *values):
                return db.execute(sql, values).fetchone()[0] or 0

            self.taken = number("SELECT sum(total) FROM traffic WHERE what = 'statements_received' AND peer <> ?", self.flooder)
            self.kept = number("SELECT count(*) FROM statement WHERE kind = 'withdrawal' AND origin <> ?", self.flooder)
            self.dropped = number("SELECT sum(count) FROM refusal WHERE peer = ? AND code = 'peer.flood'", self.flooder)
            self.refusals = db.execute("SELECT code, count FROM refusal WHERE peer = ? ORDER BY code", (self.flooder,)).fetchall()
            self.state, self.since = db.execute("SELECT state, since FROM peering WHERE did = ?", (self.flooder,)).fetchone()
            self.enrolled = number("SELECT count(*) FROM peering WHERE state = 'enrolled'")
            self.flooder_taken = number("SELECT sum(total) FROM traffic WHERE what = 'statements_received' AND peer = ?", self.flooder)

    @property
    def sent(self):
        """Statements that the others handed over."""
        return 2 * (self.said["receipted"] + self.said["without_receipt"])

    @property
    def lost(self):
        return self.sent - self.kept

    @property
    def doubled(self):
        return self.taken - self.kept

    @property
    def ratio(self):
        return self.said["flood"]["p99_ms"] / self.said["calm"]["p99_ms"]

    @property
    def suspended_after(self):
        """Seconds from the first message of the flood; None when it is not."""
        return (self.since - self.said["flooder"]["began"]) / 1000 if self.state == "suspended" else None

    def tell(self, results):
        calm, onset, flood, by = (self.said[key] for key in ("calm", "onset", "flood", "flooder"))
        refusals = ", ".join(f"{code} {count}" for code, count in self.refusals) or "none"
        results.note(
            f"{self.kind}: calm {calm['p50_ms']} ms (median), {calm['p99_ms']} ms (p99), {calm['longest_ms']} ms (longest) of {calm['bundles']} bundles; "
            f"flood {flood['p50_ms']}, {flood['p99_ms']}, {flood['longest_ms']} ms of {flood['bundles']}, in its first five seconds {onset['p50_ms']}, {onset['p99_ms']}, {onset['longest_ms']}; the flooding peer wrote {by['messages']} messages "
            f"({by['bytes'] / 2**20:.0f} MiB) on {by['connections']} connections, {by['refused']} more were refused; counted against it: {refusals}; "
            f"{self.flooder_taken} statements of it were taken over; it ended {self.state}; of the others' bundles {self.said['sent_again']} went twice, "
            f"{self.said['reconnections']} connections were made anew; the load was late by {self.said['longest_late_ms']} ms at most"
        )
        if self.said["not_accepted"] or self.said["faults"]:
            raise Failed(f"{self.kind}: {self.said['not_accepted']} statements of the others were not accepted, {self.said['faults']} faults in the load")


def measure(results):
    build_load()
    peers, warm, calm, flooding = (16, 2, 5, 5) if results.quick else (256, 5, 15, 20)
    runs = []
    with tempfile.TemporaryDirectory(prefix="edgenode-bench-flood-") as name:
        for kind in FLOODS:
            say(f"  {kind}: {peers} peers, {calm} s calm, {flooding} s flood")
            runs.append(Flood(kind, peers, warm, calm, flooding))
            runs[-1].go(pathlib.Path(name) / kind)
            runs[-1].tell(results)
            time.sleep(1)
    worst = max(runs, key=lambda r: r.ratio)
    for r in runs:
        results.add(f"flood.p99, {r.kind}", round(r.ratio, 2), "x calm", "limit of the design", LIMIT_P99, COMMAND)
    results.add("flood.p99", round(worst.ratio, 2), "x calm", "limit of the design", LIMIT_P99, COMMAND)
    for r in runs:
        if r.suspended_after is None:
            results.note(f"{r.kind}: the flooding peer was not suspended")
    if all(r.suspended_after is not None for r in runs):
        slowest = round(max(r.suspended_after for r in runs), 2)
        results.add("flood.suspended", slowest, "s", "limit of the design", LIMIT_SUSPENDED, COMMAND)
    results.add("flood.lost", sum(r.lost for r in runs), f"of {sum(r.sent for r in runs)}", "limit of the design", 0, COMMAND)
    results.add("flood.doubled", sum(r.doubled for r in runs), f"of {sum(r.sent for r in runs)}", "limit of the design", 0, COMMAND)
    results.note(f"flood.p99 is the worst of the floods: {worst.kind}")


if __name__ == "__main__":
    run("flood", measure)
