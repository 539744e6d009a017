# benchmark: bytes that two cabinets write for each byte of what residents share, in windows of a hundred and one by one, and in a day without work
# needs: mosquitto libmosquitto1 libsodium23 libsqlite3-0 openssl
"""What a cabinet's card has to take.

Two peered cabinets on loopback. Residents of Mill share offerings with Hill; each is a statement of its own, signed, sent, taken over and receipted.
Payload is the bytes of these statements' frames as they stand in Hill's database. Written is write_bytes of /proc/PID/io of a node and its broker,
so what the file system adds is not in it; the file system has to be one that counts (not tmpfs). The row is the worse of the two cabinets.
"""
import concurrent.futures
import http.client
import json
import pathlib
import sqlite3
import ssl
import tempfile
import time

from measure import AOT, ROOT, Failed, Server, children, free_ports, run, say

PORTS = ("residents", "stewards", "pairing", "peers", "broker")
ADDRESSES = {"Mill": "127.0.0.42", "Hill": "127.0.0.43"}
# A resident may have 50 offerings.
POSTS_EACH = 40
LONGEST_WAIT = 60
CONFIG = """[cabinet]
version=1
name={name}

[network]
address={address}
residents={residents}
stewards={stewards}
pairing={pairing}
peers={peers}
broker={broker}
discovery=no

[residents]
join=open

[matching]
plan=manual
"""


class Door:
    """One visitor with the cookies it was given."""

    def __init__(self, address, port, secure=False):
        self.make = lambda: (
            http.client.HTTPSConnection(address, port, timeout=LONGEST_WAIT, context=ssl._create_unverified_context())
            if secure
            else http.client.HTTPConnection(address, port, timeout=LONGEST_WAIT)
        )
        self.connection, self.cookies = self.make(), {}

    def ask(self, method, path, body=None):
        headers = {"Content-Type": "application/json"}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        self.connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = self.connection.getresponse()
        text = answer.read()
        for value in answer.headers.get_all("Set-Cookie") or []:
            name, _, rest = value.partition("=")
            self.cookies[name] = rest.split(";")[0]
        if answer.status >= 300:
            raise Failed(f"{method} {path}: {answer.status} {text[:200]}")
        return json.loads(text) if text else None


class Cabinet:
    def __init__(self, folder, name):
        self.name, self.address, self.data = name, ADDRESSES[name], folder / name / "data"
        self.data.mkdir(mode=0o700, parents=True)
        self.ports = dict(zip(PORTS, free_ports(self.address, len(PORTS))))
        config, self.log = folder / name / "cabinet.ini", folder / name / "cabinet.log"
        config.write_text(CONFIG.format(name=name, address=self.address, **self.ports), encoding="utf-8")
        config.chmod(0o600)
        command = [AOT, "run", "--data", self.data, "--config", config]
        self.server = Server(command, self.address, self.ports["residents"], self.log, cwd=folder)

    def steward(self):
        door = Door(self.address, self.ports["stewards"], secure=True)
        said = "stewards' code: "
        until(lambda: said in self.log.read_text(encoding="utf-8"), f"{self.name} says its stewards' code")
        code = next(l for l in self.log.read_text(encoding="utf-8").splitlines() if l.startswith(said))[len(said) :].strip()
        door.ask("POST", "/api/steward/session", {"code": code})
        return door

    def resident(self, label):
        door = Door(self.address, self.ports["residents"])
        card = door.ask("POST", "/api/join", {"label": label})
        door.ask("POST", "/api/session", {"code": card["code"]})
        return door

    def number(self, sql):
        with sqlite3.connect(f"file:{self.data / 'edgenode.db'}?mode=ro", uri=True) as db:
            return db.execute(sql).fetchone()[0] or 0

    def waiting(self):
        return self.number("SELECT count(*) FROM outbox")

    def written(self):
        pid = self.server.process.pid
        return sum(write_bytes(p) for p in [pid, *children(pid)])


def write_bytes(pid):
    for line in pathlib.Path(f"/proc/{pid}/io").read_text(encoding="ascii").splitlines():
        if line.startswith("write_bytes:"):
            return int(line.split()[1])
    raise Failed(f"/proc/{pid}/io does not say what was written")


def until(holds, claim):
    end = time.monotonic() + LONGEST_WAIT
    while not holds():
        if time.monotonic() > end:
            raise Failed(f"did not come true in {LONGEST_WAIT} s: {claim}")
        time.sleep(0.01)


def peer(mill, hill):
    one, other = mill.steward(), hill.steward()
    one.ask("POST", "/api/steward/neighbours/request", {"address": hill.address, "pair_port": hill.ports["pairing"]})

    def states(door):
        return {p["did"]: p["state"] for p in door.ask("GET", "/api/steward/neighbours")["peerings"]}

    until(lambda: "proposed" in states(other).values(), "Hill sees the request")
    did = next(d for d, state in states(other).items() if state == "proposed")
    other.ask("POST", f"/api/steward/peerings/{did}/accept", {})
    until(lambda: "enrolled" in states(one).values() and "enrolled" in states(other).values(), "both are enrolled")


def share(resident, title):
    resident.ask("POST", "/api/offerings", {"category": "test/thing", "title": title, "share": "all"})


class Meter:
    """What both cabinets write, and the payload that arrives, from the making of this to the asking."""

    def __init__(self, mill, hill):
        self.mill, self.hill = mill, hill
        self.before, self.payload = (mill.written(), hill.written()), self.arrived()

    def arrived(self):
        return self.hill.number("SELECT sum(length(raw)) FROM statement")

    def result(self):
        payload = self.arrived() - self.payload
        if payload <= 0 or self.mill.written() == 0:
            raise Failed("nothing arrived, or this file system does not count what is written")
        sent, taken = self.mill.written() - self.before[0], self.hill.written() - self.before[1]
        return round(sent / payload, 1), round(taken / payload, 1), payload


def report(results, case, meter, limit, count, command):
    sender, receiver, payload = meter.result()
    results.add(case, max(sender, receiver), "bytes written / byte", "limit of the design", limit, command)
    results.note(f"{case}: sender {sender}, receiver {receiver}; {count} statements of {payload // count} bytes on average")


def batches(results, mill, hill, windows, size):
    residents = [mill.resident(f"Neighbour {n}") for n in range(size)]
    # Who shares for the first time is introduced; that is not a post.
    for n, resident in enumerate(residents):
        share(resident, f"First {n}")
    until(lambda: mill.waiting() == 0, "all were introduced")
    meter = Meter(mill, hill)
    with concurrent.futures.ThreadPoolExecutor(size) as pool:
        for window in range(windows):
            for posted in [pool.submit(share, r, f"Window {window} of neighbour {n}, " + "x" * 60) for n, r in enumerate(residents)]:
                posted.result()
            until(lambda: mill.waiting() == 0, "the window is receipted")
    command = f"{windows} windows of {size} posts at once, each to its last receipt; /proc/PID/io of node and broker"
    report(results, "wear.batch", meter, 8, windows * size, command)


def singles(results, mill, hill, posts):
    residents = [mill.resident(f"Single {n}") for n in range(-(-posts // POSTS_EACH))]
    for n, resident in enumerate(residents):
        share(resident, f"First single {n}")
    until(lambda: mill.waiting() == 0, "all were introduced")
    meter = Meter(mill, hill)
    for n in range(posts):
        share(residents[n // POSTS_EACH], f"Post {n}, " + "x" * 60)
        until(lambda: mill.waiting() == 0, "the post is receipted")
    command = f"{posts} posts, each after the receipt of the one before; /proc/PID/io of node and broker"
    report(results, "wear.single", meter, 40, posts, command)


def idle(results, mill, hill, seconds):
    before = (mill.written(), hill.written())
    time.sleep(seconds)
    day = max(mill.written() - before[0], hill.written() - before[1]) * 86400 / seconds / 1e6
    command = f"two peered cabinets in contact without work for {seconds} s, times {86400 // seconds}; /proc/PID/io of node and broker"
    results.add("wear.idle", round(day, 2), "MB a day", "limit of the design", 20, command)


def measure(results):
    with tempfile.TemporaryDirectory(prefix="wear-", dir=ROOT / "out") as name:
        mill, hill = (Cabinet(pathlib.Path(name), n) for n in ADDRESSES)
        with mill.server, hill.server:
            say("two cabinets run")
            peer(mill, hill)
            batches(results, mill, hill, 3 if results.quick else 20, 100)
            singles(results, mill, hill, 20 if results.quick else 200)
            idle(results, mill, hill, 20 if results.quick else 60)


if __name__ == "__main__":
    run("wear", measure)
