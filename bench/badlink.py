"""The link emulator of tests/System/Link, held by a benchmark: two namespaces, a bad link between them, every byte counted."""
import itertools
import json
import os
import pathlib
import subprocess
import threading

from measure import ROOT, Failed

SOURCE = ROOT / "tests" / "System" / "Link" / "edgelink.c"
PROGRAM = ROOT / "artifacts" / "edgelink"
LEFT, RIGHT = "10.9.0.1", "10.9.0.2"
# 200 ms there and back, 5 % of the packets lost, 1 Mbit/s. BBR, because it is what the image sets; cubic is four times slower here.
BAD = ["--delay", "100", "--loss", "5", "--rate", "1000000", "--congestion", "bbr"]
# What TCP can carry over it: the rate less the loss less the headers of full packets.
CEILING_KBIT = 1000 * 0.95 * 1448 / 1500
_numbers = itertools.count(1)
# Many links are made at once, and the first of them compiles.
_compiling = threading.Lock()


def compile_link():
    with _compiling:
        return _compiled()


def _compiled():
    if not PROGRAM.exists() or PROGRAM.stat().st_mtime < SOURCE.stat().st_mtime:
        PROGRAM.parent.mkdir(parents=True, exist_ok=True)
        part = PROGRAM.with_suffix(f".{os.getpid()}")
        subprocess.run(["clang", "-O2", "-o", part, SOURCE, "-lm"], check=True)
        part.replace(PROGRAM)
    return PROGRAM


class Link:
    """Down until start(); gone with its namespaces at the end of the with block, and with this process however it ends."""

    def __init__(self, options):
        if os.geteuid() != 0:
            raise Failed("the link emulator makes network namespaces: run this as root")
        name = f"edgelink-{os.getpid()}-{next(_numbers)}"
        self.left, self.right, self.options = name + "a", name + "b", list(options)
        self.lock = threading.Lock()

    def __enter__(self):
        ends = ["--a", f"{self.left}/{LEFT}", "--b", f"{self.right}/{RIGHT}", "--held"]
        self.process = subprocess.Popen(
            [compile_link(), *ends, *self.options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        if not self.process.stdout.readline():
            raise Failed("the link emulator did not start; see above")
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(30)
        for space in (self.left, self.right):
            if pathlib.Path("/run/netns", space).exists():
                subprocess.run(["ip", "netns", "del", space], check=False)

    def ask(self, line):
        with self.lock:
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()
            return json.loads(self.process.stdout.readline())

    def start(self):
        self.ask("start")

    def count(self):
        return self.ask("count")

    def wire_bytes(self):
        counts = self.count()
        return counts["ab"]["offered_bytes"] + counts["ba"]["offered_bytes"]

    def inside(self, side):
        """The start of a command line that runs at one end: 0 is the left one."""
        return ["ip", "netns", "exec", self.right if side else self.left]


class Loopback:
    """No link at all: the same face over 127.0.0.0/8."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def start(self):
        pass

    def inside(self, side):
        return []

    def wire_bytes(self):
        return None


def up_seconds(elapsed, up, down):
    """How much of the time since the start of the schedule the link was up."""
    whole, rest = divmod(elapsed, up + down)
    return whole * up + min(rest, up)
