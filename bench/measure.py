"""What every benchmark here uses: rows, the machine, and processes that are started, asked and ended.

Times are wall times of this process. Nothing waits without a bound, and everything started is ended.
"""
import datetime
import http.client
import json
import os
import pathlib
import platform
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
AOT = ROOT / "artifacts" / "aot" / "edgenode"
# A loopback address of its own, so that the node under test meets neither a running cabinet nor the demo's.
ADDRESS = "127.0.0.41"
LONGEST_START = 20.0
LONGEST_STOP = 30.0


class Failed(Exception):
    """A sentence that says what could not be measured."""


def say(text):
    print(text, file=sys.stderr, flush=True)


def median(values):
    return statistics.median(values)


class Results:
    """Rows as they come; printed and written at the end."""

    def __init__(self, name, quick):
        self.name, self.quick, self.rows, self.notes = name, quick, [], []
        self.machine = machine()

    def add(self, case, ours, unit, peer, peer_value, command):
        """One comparison. The ratio is ours to the peer's, whichever way is better; the case says the unit."""
        ratio = round(ours / peer_value, 4) if peer_value else None
        row = {
            "case": case,
            "ours": ours,
            "unit": unit,
            "peer": peer,
            "peer_value": peer_value,
            "ratio": ratio,
            "command": command,
        }
        self.rows.append(row)
        say(f"  {case}: {ours} {unit}; {peer}: {peer_value}; ratio {ratio}")

    def note(self, text):
        self.notes.append(text)
        say(f"  note: {text}")

    def document(self):
        return {
            "bench": self.name,
            "quick": self.quick,
            "machine": self.machine,
            "rows": self.rows,
            "notes": self.notes,
        }

    def finish(self, as_json):
        folder = ROOT / "bench" / "results"
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / f"{self.name}.json"
        text = json.dumps(self.document(), indent=2, ensure_ascii=False) + "\n"
        part = target.with_suffix(".part")
        part.write_text(text, encoding="utf-8")
        part.replace(target)
        print(text if as_json else self.table(), end="")
        say(f"written to {target.relative_to(ROOT)}")

    def table(self):
        head = ("case", "ours", "unit", "peer", "peer_value", "ratio")
        lines = [head] + [tuple(str(row[key]) for key in head) for row in self.rows]
        widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
        return "".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() + "\n" for line in lines)


def options(arguments):
    unknown = [a for a in arguments if a not in ("--quick", "--json")]
    if unknown:
        sys.exit(f"bench: unknown option {unknown[0]}")
    return "--quick" in arguments, "--json" in arguments


def run(name, measure):
    """Runs one benchmark: measure(results) fills the rows. A failure is one sentence and exit code 1."""
    quick, as_json = options(sys.argv[1:])
    results = Results(name, quick)
    try:
        measure(results)
        results.finish(as_json)
    except Failed as failure:
        sys.exit(f"bench/run {name}: {failure}")


def machine():
    return {
        "cpu": cpu_model(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_mb": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20,
        "architecture": platform.machine(),
        "kernel": platform.release(),
        "system": platform.freedesktop_os_release().get("PRETTY_NAME", "unknown"),
        "load_before": round(os.getloadavg()[0], 2),
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "commit": commit(),
    }


def cpu_model():
    for line in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
        if line.startswith(("model name", "Model", "Hardware")):
            return line.split(":", 1)[1].strip()
    return platform.processor() or "unknown"


def commit():
    """The commit that was measured, with a plus sign when the tree has changes; nothing outside a git checkout."""
    try:
        git = ["git", "-C", str(ROOT)]
        head = subprocess.run([*git, "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True, check=True)
        dirty = subprocess.run([*git, "status", "--porcelain", "--", "src"], capture_output=True, text=True, check=True)
        return head.stdout.strip() + ("+" if dirty.stdout.strip() else "")
    except (OSError, subprocess.CalledProcessError):
        return None


def free_ports(address, count):
    """Ports nobody listens on now. Held together, then let go, so that they differ."""
    sockets = []
    try:
        for _ in range(count):
            probe = socket.socket()
            sockets.append(probe)
            probe.bind((address, 0))
        return [probe.getsockname()[1] for probe in sockets]
    finally:
        for probe in sockets:
            probe.close()


class Server:
    """A process with a web door: started, asked until it answers, ended."""

    def __init__(self, command, address, port, log, path="/", cwd=None, env=None, longest=LONGEST_START):
        self.command, self.address, self.port, self.path, self.log = [str(c) for c in command], address, port, path, log
        self.cwd, self.env, self.longest = cwd, {**os.environ, **(env or {})}, longest
        self.process, self.first_answer_ms, self.page, self.content_type = None, None, None, None

    @property
    def url(self):
        return f"http://{self.address}:{self.port}{self.path}"

    def __enter__(self):
        with open(self.log, "wb") as log:
            begun = time.perf_counter()
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.cwd, env=self.env, start_new_session=True
            )
        try:
            self.await_first_answer(begun)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def await_first_answer(self, begun):
        while time.perf_counter() - begun < self.longest:
            if self.process.poll() is not None:
                raise Failed(f"{self.command[0]} ended with {self.process.returncode}: {self.last_words()}")
            if self.answers():
                self.first_answer_ms = round((time.perf_counter() - begun) * 1000, 1)
                return
            time.sleep(0.001)
        raise Failed(f"{self.url} gave no 200 within {self.longest:.0f} s: {self.last_words()}")

    def answers(self):
        try:
            status, self.content_type, self.page = get(self.address, self.port, self.path)
            return status == 200
        except OSError:
            return False
        except http.client.HTTPException:
            return False

    def last_words(self):
        lines = pathlib.Path(self.log).read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return " / ".join(lines[-3:]) or "it said nothing"

    def stop(self):
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(LONGEST_STOP)
        except subprocess.TimeoutExpired:
            say(f"  {self.command[0]} did not end in {LONGEST_STOP:.0f} s and was killed")
        finally:
            # Its session is its own: what it started and left goes with it.
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self.process.wait()


def get(address, port, path):
    connection = http.client.HTTPConnection(address, port, timeout=5)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.getheader("Content-Type"), answer.read()
    finally:
        connection.close()


def rss_mib(pids):
    """VmRSS of the processes, in MiB."""
    total = 0
    for pid in pids:
        for line in pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmRSS:"):
                total += int(line.split()[1])
    return round(total / 1024, 1)


def children(pid):
    """Each thread has children of its own; the node starts its broker from a thread that does nothing else."""
    found = []
    for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(child) for child in task.read_text(encoding="ascii").split()]
        except OSError:
            continue
    return found


def wrk(url, seconds, connections):
    """Pages a second by one thread of wrk over kept connections; every answer has to be a good one."""
    done = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", url],
        capture_output=True,
        text=True,
        timeout=seconds + 30,
        check=False,
    )
    rate = [line.split(":")[1].strip() for line in done.stdout.splitlines() if line.startswith("Requests/sec:")]
    if done.returncode != 0 or not rate:
        raise Failed(f"wrk on {url} failed: {(done.stderr or done.stdout).strip()}")
    if "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        raise Failed(f"{url} did not answer every request well under load: {done.stdout.strip().splitlines()[-3:]}")
    return float(rate[0])


def fresh(folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
