# benchmark: custody between two cabinets on loopback, on a bad link, while it flaps and while programs are killed, beside other carriers
# needs: mosquitto mosquitto-clients libmosquitto1 libsodium23 libsqlite3-0 openssl iproute2 clang nncp syncthing
"""The same messages over the same links at the same time: EdgeNode, two bridged mosquittos, NNCP and syncthing.

A message is one statement of 1,024 bytes, header and signature included, signed beforehand by one of 64 cabinets' keys: the word that an
offering has ended, the statement with the smallest effect, so that custody is what is measured. It is queued by the real outbox before the
cabinets start (tests/Load), in durable commits of 256, and that time counts. Everything else is the shipped binary with its shipped settings:
verified signatures, durable commits on both sides, signed receipts, TLS both ways. Time ends with the commit of the last receipt at the
sender; for the others, which give none, with the arrival of the last message.

Links are user-space (tests/System/Link). Wire bytes are what both ends offered to the link, lost packets included.
"""
import itertools
import pathlib
import subprocess
import tempfile
import threading
import time

from badlink import BAD, CEILING_KBIT, Link, Loopback, up_seconds
from measure import ROOT, Failed, median, run, say
from sync_plot import plot
from sync_systems import FAST_ADDRESSES, SIZE, Bridge, EdgeNode, Nncp, Syncthing, build_load

LOOK_EVERY = 0.2
COMMAND = "bench/run sync"
# Set when the benchmark is interrupted: every run then ends what it started.
STOP = threading.Event()


class Case:
    """One way for the link to be, with what is asked of it."""

    def __init__(self, name, messages, link, longest, up=None, down=None, kill_every=None):
        self.name, self.messages, self.longest = name, messages, longest
        self.up, self.down, self.kill_every = up, down, kill_every
        self.link = link + (["--up", str(up), "--down", str(down)] if up else [])

    def ceiling_seconds(self, elapsed):
        return up_seconds(elapsed, self.up, self.down) if self.up else elapsed


class Run:
    """One system in one case: what came out."""

    def __init__(self, case, system):
        self.case, self.system, self.fault, self.line = case, system, None, []
        self.elapsed = self.wire = self.lost = self.doubled = None
        self.kills = self.messages = 0
        self.finished = False

    def go(self, folder):
        try:
            with Link(self.case.link) as link, self.system(folder, link, self.case.messages) as system:
                self.messages = system.messages
                system.prepare()
                self.measure(link, system)
        except Failed as fault:
            self.fault = str(fault)
        except Exception as fault:  # in a thread of its own: told with the results
            self.fault = f"{type(fault).__name__}: {fault}"

    def measure(self, link, system):
        begun, wall = time.monotonic(), time.time()
        link.start()
        looks = itertools.count(1)
        while not system.is_done() and time.monotonic() - begun < self.case.longest and not STOP.is_set():
            self.kill_when_due(system, time.monotonic() - begun)
            self.note(link, system, time.monotonic() - begun)
            time.sleep(max(0, begun + next(looks) * LOOK_EVERY - time.monotonic()))
        self.finished = system.is_done()
        self.wire = link.wire_bytes() / system.payload
        self.elapsed = (system.ended_at() or time.time()) - wall
        self.lost, self.doubled = system.outcome()
        self.arrived = (self.messages - self.lost) * SIZE
        self.note(link, system, time.monotonic() - begun, last=True)
        say(f"    {self.case.name}, {system.name}: {self.elapsed:.1f} s, wire {self.wire:.3f}, lost {self.lost}, doubled {self.doubled}; {system.said()}")

    def kill_when_due(self, system, elapsed):
        if self.case.kill_every and elapsed >= (self.kills + 1) * self.case.kill_every:
            system.kill(self.kills)
            self.kills += 1

    def note(self, link, system, elapsed, last=False):
        """A point of the picture each second."""
        if last or not self.line or elapsed - self.line[-1][0] >= 1:
            self.line.append((round(elapsed, 1), system.progress(), link.wire_bytes()))

    @property
    def kbit(self):
        return self.arrived * 8 / 1000 / self.elapsed

    @property
    def efficiency(self):
        """Of what the link could have carried while it was up."""
        return self.arrived * 8 / 1000 / (CEILING_KBIT * self.case.ceiling_seconds(self.elapsed))


def cases(quick):
    if quick:
        return [
            Case("bad", 500, BAD, 120),
            Case("flap", 1500, BAD, 240, up=6, down=6),
            Case("kill", 1000, BAD, 240, up=6, down=6, kill_every=4),
        ]
    return [
        Case("bad", 10_000, BAD, 600),
        Case("flap", 20_000, BAD, 800, up=30, down=60),
        Case("kill", 10_000, BAD, 800, up=30, down=60, kill_every=23),
    ]


def side_by_side(pairs, folder):
    """All these cases and systems in the same minutes, each over a link of its own: at 1 Mbit/s none of them keeps a processor busy."""
    runs = [Run(case, system) for case, system in pairs]
    threads = [threading.Thread(target=r.go, args=(folder / f"link-{i}",)) for i, r in enumerate(runs)]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            thread.join()
    finally:
        STOP.set()
        for thread in threads:
            thread.join()
        STOP.clear()
    return runs


def fast(system, folder, messages):
    """Queueing and draining on loopback: (messages a second, of the drain alone, lost, doubled)."""
    with Loopback() as link, system(folder, link, messages, FAST_ADDRESSES) as s:
        s.prepare()
        deadline = time.monotonic() + 120
        while not s.is_done() and time.monotonic() < deadline:
            time.sleep(0.05)
        drain = s.ended_at() - s.began_at()
        lost, doubled = s.outcome()
        say(f"    fast, {s.name}: queued in {s.queue_seconds:.2f} s, drained in {drain:.2f} s, lost {lost}, doubled {doubled}; {s.said()}")
        return messages / (s.queue_seconds + drain), messages / drain, lost, doubled


def measure_fast(results, folder):
    rounds, messages = (2, 2000) if results.quick else (5, 10_000)
    ours, theirs = [], []
    for n in range(rounds):
        ours.append(fast(EdgeNode, folder / f"fast-{n}", messages))
        theirs.append(fast(Bridge, folder / f"fast-bridge-{n}", messages))
    for case, column in (("fast.rate", 0), ("fast.rate, drain alone", 1)):
        mine, other = (round(median([r[column] for r in runs])) for runs in (ours, theirs))
        results.add(case, mine, "messages/s", "mosquitto bridge", other, COMMAND)
    for what, column in (("lost", 2), ("doubled", 3)):
        results.add(f"fast.{what}", sum(o[column] for o in ours), f"of {rounds * messages}", "mosquitto bridge", sum(t[column] for t in theirs), COMMAND)
    results.note(
        f"fast.rate counts queueing {messages} messages and then draining them, one after the other, for both, although a cabinet does both at once; the "
        f"bridge has no TLS, no signature and no durable commit; medians of {rounds} rounds in turn"
    )


def add_rows(results, case, runs):
    ours = runs[0]
    if ours.fault or not ours.finished:
        raise Failed(f"{case.name}: {ours.fault or 'EdgeNode did not finish in its time'}")
    for r in runs[1:]:
        if r.fault:
            results.note(f"{case.name}, {r.system.name}: {r.fault}")
        elif not r.finished:
            results.note(f"{case.name}, {r.system.name}: {r.arrived // SIZE} of {r.messages} messages after {case.longest} s, then given up")
        if r.system.short:
            results.note(f"{case.name}, {r.system.name}: {r.system.short}")
    for r in [r for r in runs[1:] if not r.fault]:
        peer = r.system.name
        if case.name == "bad":
            results.add("bad.goodput", round(ours.kbit), "kbit/s", peer, round(r.kbit), COMMAND)
        elif case.name == "flap":
            results.add("flap.efficiency", round(100 * ours.efficiency, 1), "% of the ceiling while up", peer, round(100 * r.efficiency, 1), COMMAND)
        # Wire bytes for what was not carried to its end are no figure to compare with.
        carried = round(r.wire, 3) if r.finished else None
        results.add(f"{case.name}.wire", round(ours.wire, 3), "bytes per byte", peer, carried, COMMAND)
        results.add(f"{case.name}.lost", ours.lost, f"of {case.messages}", peer, r.lost, COMMAND)
        results.add(f"{case.name}.doubled", ours.doubled, f"of {case.messages}", peer, r.doubled, COMMAND)
    if case.name == "bad":
        results.add("bad.goodput", round(ours.kbit), "kbit/s", "ceiling of the link", round(CEILING_KBIT), COMMAND)
    results.note(
        f"{case.name}: {case.messages} messages in {ours.elapsed:.1f} s"
        + (f", {case.up} s up / {case.down} s down" if case.up else "")
        + (f", {ours.kills} times kill -9" if ours.kills else "")
    )


def measure(results):
    build_load()
    with tempfile.TemporaryDirectory(prefix="edgenode-bench-sync-") as name:
        folder = pathlib.Path(name)
        measure_fast(results, folder)
        pictures = []
        chosen = cases(results.quick)
        say("  " + "; ".join(f"{case.name}: {case.messages} messages" for case in chosen))
        everything = side_by_side(list(itertools.product(chosen, (EdgeNode, Bridge, Nncp, Syncthing))), folder)
        for case in chosen:
            runs = [r for r in everything if r.case is case]
            add_rows(results, case, runs)
            pictures.append((case.name, case.up, case.down, {r.system.name: (r.messages, SIZE, r.line) for r in runs if r.line}))
        if not results.quick:
            plot(pictures, ROOT / "docs" / "images" / "sync.svg")


if __name__ == "__main__":
    run("sync", measure)
