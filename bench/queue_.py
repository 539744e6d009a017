# benchmark: memory of a cabinet with a million messages waiting for a neighbour that is away, and what thirty days of waiting add to it
# needs: mosquitto libmosquitto1 libsodium23 libsqlite3-0 openssl
"""Does a neighbour that stays away cost a cabinet its memory?

queue.rss: tests/Load fills the outbox of one cabinet for another as bench/sync.py does it, with messages of 1,024 bytes, and the other is never
started. Then the shipped binary is started on that folder with its shipped settings, and for a minute its residents and stewards
ask for pages, those of the queues among them. The figure is the most that was resident from the call of exec on (VmHWM, the kernel's record of the highest
VmRSS), of the node without its broker, in MB of 1,000,000 bytes. Afterwards the neighbour is started, stopped in the middle so that a full window is
under way to it, and killed; the second row is the same figure a minute later.

queue.slope: the simulator lives through thirty days of such an absence (edgenode-sim --memory, whose --help says what is counted) and looks at the memory
of .NET and of SQLite after each. The figure is the last day minus the first; what the simulator keeps is counted along.
"""
import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import tempfile
import time

from measure import AOT, ROOT, Failed, Server, free_ports, median, run, say
from modes import LONGEST_BUILD, SIMULATOR, call
from sync_systems import CABINET, FAST_ADDRESSES, KEYS, LOAD, SIZE, build_load
from wear import PORTS, Door, until

MESSAGES, QUICK_MESSAGES = 1_000_000, 20_000
WATCHED_SECONDS, QUICK_SECONDS = 60, 10
DAYS, QUICK_DAYS = 30, 3
# A start checks that the whole database is sound, page by page.
LONGEST_START = 180
# So many are taken over before the neighbour falls silent: then it is in contact for certain.
TAKEN_FIRST = 2_000
LEAST_WINDOW = 200_000
LOOK_EVERY = 0.5
JOIN = "[residents]\njoin=open\n"


class Pair:
    """Two cabinets that are peers, with messages waiting at the left one; neither runs."""

    def __init__(self, folder, messages):
        self.folder, self.messages = folder, messages
        self.ports = dict(zip(PORTS, free_ports(FAST_ADDRESSES[0], len(PORTS))))
        self.sides = [folder / "left", folder / "right"]

    def fill(self):
        ends = [f"{side}/{address}" for side, address in zip(self.sides, FAST_ADDRESSES)]
        command = [LOAD, "--left", ends[0], "--right", ends[1], "--messages", str(self.messages), "--size", str(SIZE), "--keys", str(KEYS),
                   "--peers-port", str(self.ports["peers"]), "--pairing-port", str(self.ports["pairing"])]  # fmt: skip
        # What it says of its progress goes to standard error as it is.
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            raise Failed("the load could not be made; see above")
        made = json.loads(done.stdout)
        self.code = made["left_stewards_code"]
        return made["queue_seconds"]

    def server(self, side):
        name, address = self.sides[side].name, FAST_ADDRESSES[side]
        config = self.folder / f"{name}.ini"
        config.write_text(CABINET.format(name=name, address=address, ports=[self.ports[p] for p in PORTS]) + JOIN, encoding="utf-8")
        config.chmod(0o600)
        command = [AOT, "run", "--data", self.sides[side], "--config", config]
        return Server(command, address, self.ports["residents"], self.folder / f"{name}.log", cwd=self.folder, longest=LONGEST_START)

    def database(self, side):
        return self.sides[side] / "edgenode.db"

    def number(self, side, sql):
        connection = sqlite3.connect(f"file:{self.database(side)}?mode=ro", uri=True, timeout=10)
        try:
            return connection.execute(sql).fetchone()[0] or 0
        finally:
            connection.close()


class Visitors:
    """A resident and a steward who come back, and how long their pages took."""

    def __init__(self, pair):
        self.pair, self.took = pair, {}
        self.resident = Door(FAST_ADDRESSES[0], pair.ports["residents"])
        self.steward = Door(FAST_ADDRESSES[0], pair.ports["stewards"], secure=True)
        card = self.timed("join", lambda: self.resident.ask("POST", "/api/join", {"label": "Neighbour"}))
        self.card = card["code"]

    def timed(self, what, ask):
        begun = time.perf_counter()
        answer = ask()
        self.took.setdefault(what, []).append(time.perf_counter() - begun)
        return answer

    def come(self):
        """All the ways in and the pages that tell of the queue; the answer is how many messages the page says are waiting."""
        self.timed("resident signs in", lambda: self.resident.ask("POST", "/api/session", {"code": self.card}))
        self.timed("steward signs in", lambda: self.steward.ask("POST", "/api/steward/session", {"code": self.pair.code}))
        self.timed("first page", lambda: page(self.resident, "/"))
        self.timed("page of the queues", lambda: page(self.steward, "/queues"))
        self.timed("metrics", lambda: page(self.steward, "/metrics"))
        links = self.timed("links as JSON", lambda: self.steward.ask("GET", "/api/steward/links"))
        return sum(lane["rows"] for peer in links["peers"] for lane in peer["lanes"] if lane["direction"] == "out")

    def said(self):
        return ", ".join(f"{what} {median(t) * 1000:.0f} ms (longest {max(t) * 1000:.0f})" for what, t in self.took.items())


def page(door, path):
    door.connection.request("GET", path, headers={"Cookie": "; ".join(f"{k}={v}" for k, v in door.cookies.items())})
    answer = door.connection.getresponse()
    text = answer.read()
    if answer.status != 200:
        raise Failed(f"{path}: {answer.status} {text[:200]}")


def memory(server, field):
    """MB, of the node alone."""
    for line in pathlib.Path(f"/proc/{server.process.pid}/status").read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith(field + ":"):
            return round(int(line.split()[1]) * 1024 / 1e6, 1)
    raise Failed(f"/proc/PID/status has no {field}: the node has ended")


def watch(server, visitors, seconds):
    """VmRSS over a stretch in which people come, from the first look to the last, and what the pages say is waiting."""
    looks, end, waiting = [], time.monotonic() + seconds, 0
    while time.monotonic() < end or not looks:
        if len(looks) % 10 == 0:
            waiting = visitors.come()
        looks.append(memory(server, "VmRSS"))
        time.sleep(LOOK_EVERY)
    return looks, waiting


def die_with_a_full_window(pair, left):
    """The neighbour comes, takes a part, falls silent with a link that stands, and is killed."""
    right = pair.server(1)
    with right:
        until(lambda: pair.number(1, "SELECT sum(rows) FROM lane_use") >= TAKEN_FIRST, "the neighbour has taken something over")
        os.kill(right.process.pid, signal.SIGSTOP)
        under_way = lambda: pair.number(0, "SELECT sum(bytes) FROM bundle_out")
        until(lambda: under_way() >= LEAST_WINDOW, "a full window is under way")
        window = under_way()
        right.process.kill()
    return window


def waiting_row(results, case, left, looks, messages, more):
    results.add(case, memory(left, "VmHWM"), "MB", "limit of the design", 120, "bench/run queue; VmHWM in /proc/PID/status")
    results.note(f"{case}: VmRSS {looks[0]} MB at the first look, {looks[-1]} at the last, {max(looks)} at most; {messages} messages waiting; {more}")


def resident_memory(results, folder):
    messages, seconds = (QUICK_MESSAGES, QUICK_SECONDS) if results.quick else (MESSAGES, WATCHED_SECONDS)
    pair = Pair(folder, messages)
    folder.mkdir()
    say(f"queueing {messages} messages")
    begun = time.monotonic()
    queued = pair.fill()
    filled = time.monotonic() - begun
    # Closed in good order, so its log has been moved home.
    size = sum(f.stat().st_size for f in pair.sides[0].glob("edgenode.db*")) / 1e6
    results.note(f"queued in {queued:.1f} s of {filled:.1f} s that filling took with signing; the database has {size:.0f} MB")
    with pair.server(0) as left:
        say(f"the cabinet runs after {left.first_answer_ms / 1000:.1f} s")
        visitors = Visitors(pair)
        looks, waiting = watch(left, visitors, seconds)
        if waiting < messages:
            raise Failed(f"the page says that {waiting} of {messages} messages are waiting")
        waiting_row(results, "queue.rss", left, looks, waiting, f"first page {left.first_answer_ms / 1000:.1f} s after exec")
        window = die_with_a_full_window(pair, left)
        looks, waiting = watch(left, visitors, seconds)
        waiting_row(results, "queue.rss, after a link died with a full window", left, looks, waiting, f"{window} bytes under way when it died")
        results.note(f"answers, median and longest: {visitors.said()}")


def slope(results):
    days = QUICK_DAYS if results.quick else DAYS
    say(f"living through {days} days")
    found = json.loads(call([SIMULATOR, "--memory", "--days", str(days), "--json"], LONGEST_BUILD))
    grown = round(found["grown"] / 1e6, 3)
    results.add("queue.slope", grown, f"MB more after day {days} than after day 1", "limit of the design", 1, f"edgenode-sim --memory --days {days}")
    first, last, rest = found["by_day"][0], found["by_day"][-1], found["without_node"]
    results.note(
        f"queue.slope: managed {first['managed']} and SQLite {first['sqlite']} bytes after day 1, {last['managed']} and {last['sqlite']} after day {days}, "
        f"{rest['managed']} and {rest['sqlite']} once the node is closed; {found['posted']} entries posted, {found['taken_back']} taken back, "
        f"{found['sightings']} sightings, {found['links_without_answer']} links without an answer, {found['steps']} steps, "
        f"{found['waiting']} messages waiting at the end in a database of {found['database_bytes']} bytes"
    )


def measure(results):
    build_load()
    say("building the simulator")
    call(["dotnet", "build", "tests/Sim", "-c", "Release", "-v", "quiet", "-m:1"], LONGEST_BUILD)
    # Beside the results and not in /tmp, which may be memory: the database has 1.6 gigabytes.
    (ROOT / "out").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="queue-", dir=ROOT / "out") as name:
        resident_memory(results, pathlib.Path(name) / "pair")
    slope(results)


if __name__ == "__main__":
    run("queue", measure)
