"""The systems that bench/run sync compares: each carries the same messages from the left end of a link to the right one.

A system is prepared (its messages are in its own queue, on disk as far as it can), then the link starts, then it is asked whether it is
done. kill() ends one of its processes with kill -9 and starts it again, as a service manager would.
"""
import getpass
import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import time
from xml.etree import ElementTree

from badlink import LEFT, RIGHT
from measure import AOT, ROOT, Failed, children, free_ports, say

SIZE, KEYS = 1024, 64
FAST_ADDRESSES = ("127.0.0.71", "127.0.0.72")
LOAD = ROOT / "artifacts" / "bin" / "Load" / "net10.0" / "Release" / "edgenode-load"
LONGEST_READY = 60.0


def build_load():
    """The program that makes and fills the cabinets; a framework build, for it is not what is measured."""
    sources = [*(ROOT / "tests" / "Load").glob("*.cs"), *(ROOT / "src").rglob("*.cs")]
    if LOAD.exists() and LOAD.stat().st_mtime > max(s.stat().st_mtime for s in sources):
        return
    say("building the program that loads the cabinets")
    done = subprocess.run(["dotnet", "build", "tests/Load", "-c", "Release", "-m:1"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0 or not LOAD.exists():
        raise Failed(f"tests/Load does not build: {done.stdout[-400:]}")
    LOAD.touch()


def wait_for(holds, what, seconds=LONGEST_READY):
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise Failed(f"within {seconds:.0f} s it did not come true that {what}")
        time.sleep(0.02)


class Program:
    """One process of a system, in its end of the link; started again after a kill -9, ended at the end."""

    def __init__(self, command, log, **more):
        self.command, self.log, self.more, self.process = [str(c) for c in command], log, more, None

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, **self.more
            )
        return self

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()

    def said(self):
        return self.log.read_text(encoding="utf-8", errors="replace")


class System:
    """What all of them share: a folder, a link, a number of messages, programs to end."""

    name = ""
    # What it cannot do here, in a sentence; nothing when it does all.
    short = None

    def __init__(self, folder, link, messages, addresses=(LEFT, RIGHT)):
        self.folder, self.link, self.messages, self.addresses = folder, link, messages, addresses
        self.programs = []
        folder.mkdir(parents=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for program in self.programs:
            program.stop()

    def start(self, side, command, log, **more):
        program = Program([*self.link.inside(side), *command], self.folder / log, **more).start()
        self.programs.append(program)
        return program

    def said(self):
        """What it says of its own work, for the log."""
        return ""

    @property
    def payload(self):
        return self.messages * SIZE


CABINET = """[cabinet]
version=1
name={name}
[network]
address={address}
residents={ports[0]}
stewards={ports[1]}
pairing={ports[2]}
peers={ports[3]}
broker={ports[4]}
discovery=no
[matching]
plan=manual
"""


class EdgeNode(System):
    """Two cabinets: the shipped binary with everything it does, its broker, its durable commits, settings as shipped."""

    name = "EdgeNode"
    kind = "withdrawal"

    def prepare(self):
        ports = free_ports(self.addresses[0], 5) if self.addresses[0].startswith("127.") else [8080, 8443, 8444, 8883, 1884]
        sides = [self.folder / "left", self.folder / "right"]
        ends = [f"{side}/{address}" for side, address in zip(sides, self.addresses)]
        self.load(
            [LOAD, "--left", ends[0], "--right", ends[1], "--messages", str(self.messages), "--size", str(SIZE), "--keys", str(KEYS),
             "--kind", self.kind, "--peers-port", str(ports[3]), "--pairing-port", str(ports[2])]
        )  # fmt: skip
        self.databases = [side / "edgenode.db" for side in sides]
        self.ids = self.statements(0)
        self.nodes = []
        # The receiver first, as a neighbour that has been there all the time.
        for side in (1, 0):
            config = self.folder / f"{sides[side].name}.ini"
            config.write_text(CABINET.format(name=sides[side].name, address=self.addresses[side], ports=ports), encoding="utf-8")
            command = [AOT, "run", "--data", sides[side], "--config", config]
            program = self.start(side, command, f"{sides[side].name}.log")
            wait_for(lambda: "ready" in program.said(), f"{program.log} says ready")
            self.nodes.insert(0, program)
        self.restarting = []

    def load(self, command):
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        if made.returncode != 0:
            raise Failed(f"the load could not be made: {made.stderr.strip()}")
        self.queue_seconds = json.loads(made.stdout)["queue_seconds"]

    def statements(self, side):
        return {row[0] for row in self.ask(side, "SELECT id FROM statement WHERE kind = ?", self.kind)}

    def ask(self, side, sql, *values):
        connection = sqlite3.connect(f"file:{self.databases[side]}?mode=ro", uri=True, timeout=10)
        try:
            return connection.execute(sql, values).fetchall()
        finally:
            connection.close()

    def is_done(self):
        return not self.ask(0, "SELECT 1 FROM outbox LIMIT 1")

    def progress(self):
        return self.ask(1, "SELECT coalesce(sum(rows), 0) FROM lane_use")[0][0]

    def ended_at(self):
        """Wall time of the commit of the last receipt."""
        return self.ask(0, "SELECT max(at) FROM delivery")[0][0] / 1000

    def began_at(self):
        return self.ask(0, "SELECT min(since) FROM contact WHERE way <> 'none'")[0][0] / 1000

    def kill(self, turn):
        """The left node, the left broker, the right node, the right broker, and again."""
        side, broker = (turn // 2) % 2, turn % 2
        node = self.nodes[side]
        if not broker:
            node.kill()
            node.start()
            return
        for child in children(node.process.pid):
            if "mosquitto" in pathlib.Path(f"/proc/{child}/cmdline").read_text(encoding="utf-8", errors="replace"):
                os.kill(child, signal.SIGKILL)

    def outcome(self):
        """Lost: signed for nowhere. Doubled: taken over in more than one bundle, or counted twice where its effect is counted."""
        there = self.statements(1) & self.ids
        taken = self.ask(1, "SELECT total FROM traffic WHERE what = 'statements_received'")[0][0]
        effects = self.progress()
        return len(self.ids) - len(there), max(taken, effects) - len(there)

    def said(self):
        texts = self.ask(0, "SELECT what, total FROM traffic ORDER BY what")
        return ", ".join(f"{what} {total}" for what, total in texts)


BROKER = """listener {port} {address}
allow_anonymous true
persistence true
persistence_location {folder}/
max_queued_messages 0
max_inflight_messages 1000
log_dest stderr
user {user}
"""
# keepalive_interval and restart_timeout at their least: a dead link is noticed and tried again as soon as mosquitto can.
BRIDGE = """connection right
address {right}:{port}
topic load/# out 1
cleansession false
bridge_protocol_version mqttv50
keepalive_interval 5
restart_timeout 1
try_private true
"""


class Bridge(System):
    """Two mosquittos with a persistent bridge: QoS 1, no cap on the queue, no TLS, no signature, no durable commit."""

    name = "mosquitto bridge"

    def prepare(self):
        on_loopback = self.addresses[0].startswith("127.")
        self.port = free_ports(self.addresses[0], 1)[0] if on_loopback else 1883
        left = self.broker(0, BRIDGE.format(right=self.addresses[1], port=self.port))
        right = self.broker(1, "")
        self.brokers = [left, right]
        if on_loopback:
            # Nobody listens on the right yet, so the queue fills; then the left broker is stopped in good order, which saves the queue.
            self.publish(left)
            left.process.terminate()
            left.process.wait(LONGEST_READY)
        right.start()
        wait_for(lambda: "running" in right.said(), "the right broker runs")
        self.subscriber = self.start(
            1,
            ["mosquitto_sub", "-h", self.addresses[1], "-p", str(self.port), "-V", "5", "-t", "load/#", "-q", "1", "-c", "-i", "sink",
             "-x", "3600", "-k", "5", "-F", "%U %p"],
            "received",
        )  # fmt: skip
        wait_for(lambda: "sink" in right.said(), "the subscriber is there")
        if on_loopback:
            left.start()
        else:
            self.publish(left)

    def broker(self, side, bridge):
        name = ("left", "right")[side]
        (self.folder / name).mkdir()
        settings = {"port": self.port, "address": self.addresses[side], "folder": self.folder / name, "user": getpass.getuser()}
        config = self.folder / f"{name}.conf"
        config.write_text(BROKER.format(**settings) + bridge, encoding="utf-8")
        program = Program([*self.link.inside(side), "mosquitto", "-c", config], self.folder / f"{name}.log")
        self.programs.append(program)
        return program

    def publish(self, left):
        left.start()
        wait_for(lambda: "running" in left.said(), "the left broker runs")
        begun = time.monotonic()
        self.run_publisher("".join(f"{n:08d}".ljust(SIZE, "x") + "\n" for n in range(self.messages)))
        self.queue_seconds = time.monotonic() - begun

    def run_publisher(self, lines):
        command = [*self.link.inside(0), "mosquitto_pub", "-h", self.addresses[0], "-p", str(self.port), "-V", "5", "-t", "load/x", "-q", "1", "-l"]
        done = subprocess.run(command, input=lines, text=True, capture_output=True, timeout=120, check=False)
        if done.returncode != 0:
            raise Failed(f"mosquitto_pub failed: {done.stderr.strip()}")

    def received(self):
        """(time, number) of each message, in order of arrival."""
        rows = []
        for line in self.subscriber.said().splitlines():
            at, _, payload = line.partition(" ")
            if len(payload) == SIZE:
                rows.append((float(at), int(payload[:8])))
        return rows

    def is_done(self):
        return self.subscriber.log.stat().st_size >= self.messages * (SIZE + 10) and self.progress() >= self.messages

    def progress(self):
        return len({number for _, number in self.received()})

    def began_at(self):
        return self.received()[0][0]

    def ended_at(self):
        rows = self.received()
        return rows[-1][0] if rows else None

    def kill(self, turn):
        broker = self.brokers[turn % 2]
        broker.kill()
        broker.start()

    def outcome(self):
        numbers = [number for _, number in self.received()]
        return self.messages - len(set(numbers)), len(numbers) - len(set(numbers))


class Files(System):
    """Carriers of files: each message is a file of its own, with its number as its name."""

    # These are slow with many small files: they get a part of the messages, and goodput and wire are per byte of theirs.
    part = 10

    def __init__(self, folder, link, messages, addresses=(LEFT, RIGHT)):
        super().__init__(folder, link, max(100, messages // self.part), addresses)
        self.last_seen, self.last_count = None, 0

    def arrived(self):
        return []

    def progress(self):
        names = len({name.split(".")[0] for name in self.arrived()})
        if names > self.last_count:
            self.last_seen, self.last_count = time.time(), names
        return names

    def is_done(self):
        return self.progress() >= self.messages

    def ended_at(self):
        return self.last_seen

    def outcome(self):
        names = self.arrived()
        numbers = {name.split(".")[0] for name in names}
        return self.messages - len(numbers), len(names) - len(numbers)

    def write_messages(self, folder):
        folder.mkdir()
        for n in range(self.messages):
            (folder / f"{n:08d}").write_bytes(os.urandom(SIZE))

    def kill(self, turn):
        program = self.ends[turn % 2]
        program.kill()
        program.start()


NNCP = """{{
  spool: {folder}/spool
  log: {folder}/log
  self: {{
{own}
  }}
  neigh: {{
    self: {{
{own_public}
    }}
    {other_name}: {{
{other_public}
      incoming: "{folder}/incoming"
      addrs: {{ link: "{address}:5400" }}
      calls: [
        {{
          cron: "*/2 * * * * * *"
          addr: "link"
          onlinedeadline: 10
          when-tx-exists: true
        }}
      ]
    }}
  }}
}}
"""


class Nncp(Files):
    """NNCP: encrypted packets in a spool, resumed by offset, called every two seconds."""

    name = "NNCP"
    short = "a tenth of the messages, for a packet is a file and is made by a process of its own; its figures are per byte of those"

    def prepare(self):
        keys = [self.keys() for _ in range(2)]
        self.configs = []
        for side, (name, other) in enumerate((("left", "right"), ("right", "left"))):
            folder = self.folder / name
            for part in ("spool", "incoming"):
                (folder / part).mkdir(parents=True)
            config = self.folder / f"{name}.hjson"
            config.write_text(
                NNCP.format(
                    folder=folder,
                    own=self.lines(keys[side]),
                    own_public=self.lines(keys[side], public=True),
                    other_name=other,
                    other_public=self.lines(keys[1 - side], public=True),
                    address=self.addresses[1 - side],
                ),
                encoding="utf-8",
            )
            self.configs.append(config)
        self.write_messages(self.folder / "messages")
        for n in range(self.messages):
            source = self.folder / "messages" / f"{n:08d}"
            subprocess.run(["nncp-file", "-quiet", "-cfg", self.configs[0], source, f"right:{source.name}"], check=True, capture_output=True)
        daemon = self.start(1, ["nncp-daemon", "-cfg", self.configs[1], "-bind", f"{self.addresses[1]}:5400", "-autotoss"], "daemon.log")
        caller = self.start(0, ["nncp-caller", "-cfg", self.configs[0]], "caller.log")
        self.ends = [caller, daemon]

    @staticmethod
    def keys():
        made = subprocess.run(["nncp-cfgnew", "-nocomments"], check=True, capture_output=True, text=True).stdout
        own = made[made.index("self: {") :].split("}")[0].splitlines()[1:]
        return dict(line.strip().split(": ") for line in own if ": " in line)

    @staticmethod
    def lines(keys, public=False):
        return "\n".join(f"    {key}: {value}" for key, value in keys.items() if not (public and key.endswith("prv")))

    def arrived(self):
        return [f.name for f in os.scandir(self.folder / "right" / "incoming") if not f.name.startswith(".") and f.is_file()]


class Syncthing(Files):
    """syncthing: a shared folder; no relays, no discovery, tried again every five seconds instead of every minute."""

    name = "syncthing"
    part = 5
    short = "a fifth of the messages; a file cannot come twice, so doubled says nothing"

    def prepare(self):
        sides = ("left", "right")
        self.homes = [self.folder / f"{side}-home" for side in sides]
        for home in self.homes:
            subprocess.run(["syncthing", "generate", f"--home={home}", "--no-default-folder", "--skip-port-probing"], check=True, capture_output=True)
        ids = [subprocess.run(["syncthing", f"--home={h}", "--device-id"], check=True, capture_output=True, text=True).stdout.strip() for h in self.homes]
        self.write_messages(self.folder / "left")
        (self.folder / "right").mkdir()
        for side in (0, 1):
            (self.folder / sides[side] / ".stfolder").mkdir()
            self.configure(side, ids)
        self.ends = [
            self.start(side, ["syncthing", "serve", f"--home={self.homes[side]}", "--no-browser", "--no-restart", "--no-upgrade"], f"{sides[side]}.log",
                       env={**os.environ, "STMONITORED": "yes"})
            for side in (0, 1)
        ]
        wait_for(lambda: "Completed initial scan" in self.ends[0].said(), "syncthing has seen its files", 180)

    def configure(self, side, ids):
        file = self.homes[side] / "config.xml"
        tree = ElementTree.parse(file)
        root = tree.getroot()
        options = root.find("options")
        settings = {"globalAnnounceEnabled": "false", "localAnnounceEnabled": "false", "relaysEnabled": "false", "natEnabled": "false",
                    "reconnectionIntervalS": "5", "startBrowser": "false", "urAccepted": "-1", "crashReportingEnabled": "false",
                    "listenAddress": f"tcp://{self.addresses[side]}:22000"}  # fmt: skip
        for name, value in settings.items():
            for old in options.findall(name):
                options.remove(old)
            ElementTree.SubElement(options, name).text = value
        for device in root.findall("device"):
            root.remove(device)
        path = str(self.folder / ("left", "right")[side])
        folder = ElementTree.SubElement(root, "folder", {"id": "load", "path": path, "type": "sendreceive", "rescanIntervalS": "3600"})
        for n, identity in enumerate(ids):
            device = ElementTree.SubElement(root, "device", {"id": identity, "name": str(n), "compression": "never"})
            ElementTree.SubElement(device, "address").text = f"tcp://{self.addresses[n]}:22000"
            ElementTree.SubElement(folder, "device", {"id": identity})
        tree.write(file)

    def arrived(self):
        return [f.name for f in os.scandir(self.folder / "right") if not f.name.startswith((".", "~")) and f.is_file()]
