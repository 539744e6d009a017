# benchmark: mains loss to decision, wake-ups and memory of the hardware thread, beside NUT's dummy driver and the design's targets
# needs: nut-server
"""What the waiting thread costs and how fast it is. Times come from the bench's VM when it is built (tests/System/hwbench/build --vm)."""
import json
import os
import pathlib
import pty
import subprocess
import tempfile
import threading
import time
import tty

from measure import AOT, ROOT, Failed, median, rss_mib, run

# What the design asks for.
MOST_MS, MOST_WAKES, MOST_MIB = 20, 1, 8
BENCH = ROOT / "tests" / "System" / "hwbench"
DUMMY = pathlib.Path("/lib/nut/dummy-ups")


class Charger:
    """A solar charger at the other end of a pseudo terminal: one VE.Direct block a second."""

    def __init__(self):
        self.master, slave = pty.openpty()
        tty.setraw(slave)
        self.path, self.slave, self.ended = os.ttyname(slave), slave, threading.Event()
        self.thread = threading.Thread(target=self.speak, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()
        os.close(self.master)
        os.close(self.slave)

    def speak(self):
        text = b"\r\nPID\t0xA053\r\nV\t13250\r\nI\t950\r\nVPV\t18010\r\nPPV\t17\r\nERR\t0\r\nIL\t300\r\nChecksum\t"
        block = text + bytes([-sum(text) % 256])
        while not self.ended.wait(1):
            os.write(self.master, block)


def bill(folder, path):
    """A full cabinet on a machine without its parts: everything but the charger is faulty, and is asked for again and again."""
    interfaces = [{"bus": "serial", "model": "vedirect", "path": path}]
    interfaces += [{"bus": "i2c", "path": "/dev/i2c-97", "addr": a, "model": m} for a, m in [("0x36", "max17043"), ("0x40", "ina226"), ("0x76", "bme280")]]
    interfaces += [{"bus": "gpio", "chip_label": ["none"], "line": n, "signal": s} for n, s in [(6, "AC_OK"), (5, "DOOR"), (17, "LEAK"), (24, "STATUS")]]
    interfaces += [{"bus": "kernel", "model": "thermal"}, {"bus": "kernel", "model": "ds18b20"}]
    target = folder / "bill.json"
    target.write_text(json.dumps({"schema": "edgenode-bom/1", "lines": [{"ref": "X", "interface": interfaces}]}), encoding="utf-8")
    return target


def watch(seconds, *options):
    """Starts a watch; returns its report and its memory shortly before its end."""
    process = subprocess.Popen([AOT, "hw", "watch", "--json", "--for", str(seconds), *options], stdout=subprocess.PIPE)
    time.sleep(seconds - 1)
    memory = rss_mib([process.pid])
    output, _ = process.communicate(timeout=30)
    if process.returncode != 0:
        raise Failed(f"hw watch ended with {process.returncode}")
    return json.loads(output), memory


def idle(results, folder, seconds, rounds):
    empty = folder / "empty.json"
    empty.write_text('{"lines":[]}', encoding="utf-8")
    wakes, full, bare = [], [], []
    for _ in range(rounds):
        with Charger() as charger:
            report, memory = watch(seconds, "--bom", bill(folder, charger.path))
        if not any(r["sensor"].endswith(".voltage") and r["value"] == 13.25 for r in report["readings"]):
            raise Failed("the charger was not heard")
        wakes.append(report["wake_ups"] / report["seconds"])
        full.append(memory)
        bare.append(watch(seconds, "--bom", empty)[1])
    command = f"edgenode hw watch --bom BILL --for {seconds} --json"
    rate, whole = round(median(wakes), 2), median(full)
    results.add("wake-ups of the hardware thread, ten devices, one of them a charger", rate, "per s", "target", MOST_WAKES, command)
    results.add("memory of ten devices beyond an empty bill", round(whole - median(bare), 1), "MiB", "target", MOST_MIB, command)
    return rate, whole


def switches(pid):
    lines = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("voluntary_ctxt_switches"))


def nut(results, folder, seconds, ours):
    """NUT's driver for testing, which reads a file instead of a UPS: the least that a NUT driver does."""
    (folder / "ups.conf").write_text(f"statepath = {folder}\n[dummy]\n driver = dummy-ups\n port = {folder}/dummy.dev\n", encoding="ascii")
    (folder / "dummy.dev").write_text("ups.status: OL\nbattery.charge: 90\n", encoding="ascii")
    environment = {**os.environ, "NUT_CONFPATH": str(folder), "NUT_STATEPATH": str(folder), "NUT_ALTPIDPATH": str(folder)}
    command = [DUMMY, "-a", "dummy", "-D", "-u", "root" if os.geteuid() == 0 else os.environ.get("USER", "nobody")]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        time.sleep(3)
        if process.poll() is not None:
            raise Failed(f"{DUMMY} ended with {process.returncode}")
        before = switches(process.pid)
        time.sleep(seconds)
        rate = round((switches(process.pid) - before) / seconds, 2)
        memory = rss_mib([process.pid])
    finally:
        process.terminate()
        process.wait(10)
    results.add("wake-ups, beside NUT's dummy-ups with one UPS in a file", ours[0], "per s", "dummy-ups", rate, "voluntary_ctxt_switches in /proc/PID/status")
    results.add("memory of the whole program, beside NUT's dummy-ups", ours[1], "MiB", "dummy-ups", memory, "VmRSS in /proc/PID/status")


def latency(results):
    """200 losses and returns of mains on a kernel with simulated lines, from the kernel's stamp of the edge to the reading."""
    if subprocess.run([BENCH / "build", "--where", "--vm"], stdout=subprocess.DEVNULL).returncode != 0:
        results.note("the times of edges were not taken: tests/System/hwbench/build --vm makes the bench")
        return
    command = [BENCH / "run", "--vm", "-t", "400", "-f", AOT, "--", BENCH / "checks", "--measure"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=450)
    line = next((l for l in done.stdout.splitlines() if l.startswith("measured ")), None)
    if done.returncode != 0 or line is None:
        raise Failed(f"the bench failed: {done.stdout.strip().splitlines()[-3:]}")
    report = json.loads(line.removeprefix("measured "))
    edges = report["edges"]
    how = "tests/System/hwbench/run --vm -f artifacts/aot/edgenode -- tests/System/hwbench/checks --measure"
    results.add("mains edge to reading, p99, qemu without KVM", edges["p99"], "ms", "target", MOST_MS, how)
    results.add("mains edge to reading, median, qemu without KVM", edges["p50"], "ms", "target", MOST_MS, how)
    results.note(f"{edges['count']} of 400 edges were seen as changes, the slowest after {edges['most']} ms")


def measure(results):
    seconds, rounds = (10, 1) if results.quick else (30, 3)
    with tempfile.TemporaryDirectory(prefix="edgenode-bench-") as name:
        folder = pathlib.Path(name)
        ours = idle(results, folder, seconds, rounds)
        nut(results, folder, seconds, ours)
    latency(results)


if __name__ == "__main__":
    run("hardware", measure)
