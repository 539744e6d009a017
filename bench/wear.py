# benchmark: bytes that two cabinets write for each byte of what residents share, in windows of a hundred and one by one, and in a day without work
# needs: mosquitto libmosquitto1 libsodium23 libsqlite3-0 openssl
"""What a cabinet's card has to take.

Two peered cabinets on loopback. A window is messages as in bench/sync.py, queued in one commit while the left cabinet's program does not run (tests/Load); starting
it again counts too. For posts, residents of Mill share offerings with Hill: each is a row on the pages, words for the search, and a
statement of its own, signed, sent, taken over and receipted.
Payload is the bytes of these statements' frames as they stand in Hill's database. Written is write_bytes of /proc/PID/io of a node and its broker,
so what the file system adds is not in it; the file system has to be one that counts (not tmpfs). The row is the worse of the two cabinets.
A node moves its log home when it has grown; where that falls is chance. So the log is moved home before each case, and again at its end at the
case's expense: what a case wrote twice is counted twice, what earlier ones left is not.
"""
import concurrent.futures
import http.client
import json
import pathlib
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import time

from badlink import Loopback
from measure import AOT, ROOT, Failed, Server, children, free_ports, run, say
from sync_systems import FAST_ADDRESSES, SIZE, EdgeNode, build_load

PORTS = ("residents", "stewards", "pairing", "peers", "broker")
ADDRESSES = {"Mill": "127.0.0.42", "Hill": "127.0.0.43"}
LONGEST_TITLE, LONGEST_LABEL = 120, 60
WINDOW = 100
# A resident may have 50 offerings.
POSTS_EACH = 40
LONGEST_WAIT = 60
MOVE_LOG_HOME = """
import sqlite3, sys
print(sqlite3.connect(sys.argv[1]).execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0], open("/proc/self/io").read())
"""
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
        return written(self.server.process)

    def move_log_home(self):
        return move_log_home(self.data / "edgenode.db")


def written(program):
    """Bytes, by a cabinet and its broker."""
    return sum(write_bytes(pid) for pid in [program.pid, *children(program.pid)])


def move_log_home(database):
    """Bytes written by it."""
    said = subprocess.run([sys.executable, "-c", MOVE_LOG_HOME, database], capture_output=True, text=True, check=True).stdout
    if not said.startswith("0 "):
        raise Failed(f"the log of {database} could not be moved home: {said[:60]}")
    return write_bytes_of(said)


def write_bytes(pid):
    return write_bytes_of(pathlib.Path(f"/proc/{pid}/io").read_text(encoding="ascii"))


def write_bytes_of(io):
    for line in io.splitlines():
        if line.startswith("write_bytes:"):
            return int(line.split()[1])
    raise Failed("/proc/PID/io does not say what was written")


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


FIRST = "First"


def long_label(text):
    return text.ljust(LONGEST_LABEL, ".")


def filler(hill):
    """What makes a title of a statement of SIZE bytes: words behind it, of letters of two bytes as far as it has to be."""
    empty = hill.number("SELECT min(length(raw)) FROM statement WHERE kind = 'offering'") - len(FIRST)

    def filled(title):
        letters = [" " if n % 8 == 0 else "b" for n in range(LONGEST_TITLE - len(title))]
        wide = SIZE - empty - LONGEST_TITLE
        for n in [n for n, letter in enumerate(letters) if letter == "b"][: max(0, wide)]:
            letters[n] = "б"
        return title + "".join(letters)

    return filled


class Meter:
    """What both cabinets write, and the payload that arrives, from the making of this to the asking."""

    def __init__(self, mill, hill):
        self.mill, self.hill = mill, hill
        mill.move_log_home()
        hill.move_log_home()
        self.before, self.payload = (mill.written(), hill.written()), self.arrived()

    def arrived(self):
        return self.hill.number("SELECT sum(length(raw)) FROM statement")

    def result(self):
        payload = self.arrived() - self.payload
        if payload <= 0 or self.mill.written() == 0:
            raise Failed("nothing arrived, or this file system does not count what is written")
        sent = self.mill.written() - self.before[0] + self.mill.move_log_home()
        taken = self.hill.written() - self.before[1] + self.hill.move_log_home()
        return round(sent / payload, 1), round(taken / payload, 1), payload


def report(results, case, written, limit, count, command):
    sender, receiver, payload = written
    peer = "limit of the design" if limit else "nothing"
    results.add(case, max(sender, receiver), "bytes written / byte", peer, limit, command)
    results.note(f"{case}: sender {sender}, receiver {receiver}; {count} statements of {payload // count} bytes on average")


class Windows(EdgeNode):
    """
    Messages in windows: the left cabinet's program is killed between them, so that the next window can be queued. A reader stays, or each
    program that leaves would move the log home, which a cabinet that runs on does not.
    """

    def load(self, command):
        self.loader = subprocess.Popen([*command, "--window", str(WINDOW)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if not self.loader.stdout.readline():
            raise Failed("the load could not be made")

    def window(self):
        """Queued, carried and receipted; the bytes that all of it wrote at the left cabinet."""
        left = self.nodes[0]
        left.stop()
        reader = sqlite3.connect(self.databases[0])
        reader.execute("SELECT count(*) FROM meta").fetchone()
        self.loader.stdin.write("next\n")
        self.loader.stdin.flush()
        queued = json.loads(self.loader.stdout.readline())["bytes_written"]
        left.start()
        until(self.is_done, "the window is receipted")
        reader.close()
        return queued + written(left.process)

    def __exit__(self, *_):
        super().__exit__()
        self.loader.stdin.close()
        self.loader.wait()


def custody(results, folder, windows):
    count = windows * WINDOW
    with Loopback() as link, Windows(folder, link, count, FAST_ADDRESSES) as system:
        system.prepare()
        left, right = system.databases
        move_log_home(left)
        move_log_home(right)
        taken = -written(system.nodes[1].process)
        sent = sum(system.window() for _ in range(windows)) + move_log_home(left)
        taken += written(system.nodes[1].process) + move_log_home(right)
        per_byte = [round(b / system.payload, 1) for b in (sent, taken)]
    command = f"{windows} windows of {WINDOW} messages, each queued in a commit and carried to its last receipt; /proc/PID/io of node, broker and queueing"
    report(results, "wear.batch", (*per_byte, system.payload), 8, count, command)


def posts_at_once(results, mill, hill, windows, size):
    residents = [mill.resident(long_label(f"Neighbour {n}")) for n in range(size)]
    # Who shares for the first time is introduced; that is not a post.
    for resident in residents:
        share(resident, FIRST)
    until(lambda: mill.waiting() == 0, "all were introduced")
    filled, meter = filler(hill), Meter(mill, hill)
    with concurrent.futures.ThreadPoolExecutor(size) as pool:
        for window in range(windows):
            for posted in [pool.submit(share, r, filled(f"Window {window} of neighbour {n}")) for n, r in enumerate(residents)]:
                posted.result()
            until(lambda: mill.waiting() == 0, "the window is receipted")
    command = f"{windows} windows of {size} posts at once, each to its last receipt; /proc/PID/io of node and broker"
    report(results, "wear.posts", meter.result(), None, windows * size, command)


def singles(results, mill, hill, posts):
    residents = [mill.resident(long_label(f"Single {n}")) for n in range(-(-posts // POSTS_EACH))]
    for resident in residents:
        share(resident, FIRST)
    until(lambda: mill.waiting() == 0, "all were introduced")
    filled, meter = filler(hill), Meter(mill, hill)
    for n in range(posts):
        share(residents[n // POSTS_EACH], filled(f"Post {n}"))
        until(lambda: mill.waiting() == 0, "the post is receipted")
    command = f"{posts} posts, each after the receipt of the one before; /proc/PID/io of node and broker"
    report(results, "wear.single", meter.result(), 40, posts, command)


def idle(results, mill, hill, seconds):
    before = (mill.written(), hill.written())
    time.sleep(seconds)
    day = max(mill.written() - before[0], hill.written() - before[1]) * 86400 / seconds / 1e6
    command = f"two peered cabinets in contact without work for {seconds} s, times {86400 // seconds}; /proc/PID/io of node and broker"
    results.add("wear.idle", round(day, 2), "MB a day", "limit of the design", 20, command)


def measure(results):
    build_load()
    with tempfile.TemporaryDirectory(prefix="wear-", dir=ROOT / "out") as name:
        custody(results, pathlib.Path(name) / "windows", 3 if results.quick else 20)
        mill, hill = (Cabinet(pathlib.Path(name), n) for n in ADDRESSES)
        with mill.server, hill.server:
            say("two cabinets run")
            peer(mill, hill)
            posts_at_once(results, mill, hill, 3 if results.quick else 20, WINDOW)
            singles(results, mill, hill, 20 if results.quick else 200)
            idle(results, mill, hill, 30 if results.quick else 630)


if __name__ == "__main__":
    run("wear", measure)
