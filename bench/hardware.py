# benchmark: mains loss to decision, wake-ups and memory of the hardware thread, beside NUT's dummy driver and the design's targets
# needs: nut-server
"""What the waiting thread costs and how fast the cabinet decides. Times of edges come from the bench's VM, which is built when it is missing."""
import json
import os
import pathlib
import pty
import socket
import subprocess
import tempfile
import threading
import time
import tty

from measure import ADDRESS, AOT, ROOT, Failed, free_ports, median, rss_mib, run, say

# What the design asks for.
MOST_MS, MOST_WAKES, MOST_MIB = 20, 1, 8
BENCH = ROOT / "tests" / "System" / "hwbench"
DUMMY, UPSD = pathlib.Path("/lib/nut/dummy-ups"), pathlib.Path("/lib/nut/upsd")
MAINS, BATTERY = "ups.status: OL\nbattery.charge: 90\n", "ups.status: OB\nbattery.charge: 90\n"


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


def samples(results, folder, seconds):
    """A charger alone, so that nothing but samples is counted; what is missing is opened again and again, and that allocates."""
    target = folder / "charger.json"
    with Charger() as charger:
        interfaces = [{"bus": "serial", "model": "vedirect", "path": charger.path}]
        target.write_text(json.dumps({"lines": [{"ref": "X", "interface": interfaces}]}), encoding="utf-8")
        report, _ = watch(seconds, "--bom", target)
    if report["allocated_bytes_per_reading"] is None:
        raise Failed(f"the charger gave only {report['count']} readings in {seconds} s")
    command = f"edgenode hw watch --bom BILL --for {seconds} --json"
    results.add("allocated for one reading of a charger", report["allocated_bytes_per_reading"], "bytes", "target", 0, command)


class Nut:
    """NUT's driver for testing, which reads a file instead of a UPS (the least that a NUT driver does), and upsd, on loopback."""

    def __init__(self, folder):
        self.folder, self.processes, self.port, self.written = folder, [], free_ports(ADDRESS, 1)[0], 1_000_000_000
        self.user = "root" if os.geteuid() == 0 else os.environ.get("USER", "nobody")
        self.environment = {**os.environ, "NUT_CONFPATH": str(folder), "NUT_STATEPATH": str(folder), "NUT_ALTPIDPATH": str(folder)}

    def __enter__(self):
        (self.folder / "ups.conf").write_text(
            f"statepath = {self.folder}\n[dummy]\n driver = dummy-ups\n port = {self.folder}/dummy.dev\n", encoding="ascii"
        )
        (self.folder / "upsd.conf").write_text(f"LISTEN {ADDRESS} {self.port}\nSTATEPATH {self.folder}\n", encoding="ascii")
        (self.folder / "upsd.users").write_text("", encoding="ascii")
        self.says(MAINS)
        self.start(DUMMY, "-a", "dummy", "-D", "-u", self.user)
        time.sleep(3)
        self.start(UPSD, "-D", "-F", "-u", self.user)
        time.sleep(1)
        for process in self.processes:
            if process.poll() is not None:
                raise Failed(f"{process.args[0]} ended with {process.returncode}")
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.terminate()
            process.wait(10)

    def start(self, *command):
        null = subprocess.DEVNULL
        self.processes.append(subprocess.Popen([str(c) for c in command], env=self.environment, stdin=null, stdout=null, stderr=null))

    def says(self, text):
        part = self.folder / "dummy.part"
        part.write_text(text, encoding="ascii")
        # The driver reads again when the file's time has moved by a whole second.
        self.written += 2
        os.utime(part, (self.written, self.written))
        part.replace(self.folder / "dummy.dev")

    def until(self, client, status):
        """Asks upsd as upsc does until it says so; seconds it took. At most half a minute."""
        begun = time.perf_counter()
        while time.perf_counter() - begun < 30:
            client.sendall(b"GET VAR dummy ups.status\n")
            if status in client.recv(512):
                return time.perf_counter() - begun
            time.sleep(0.002)
        raise Failed(f"upsd never said {status.decode()}")

    def losses(self, rounds):
        """Milliseconds from the file's new status to upsd's word, at moments that no poll of the driver knows of."""
        times = []
        with socket.create_connection((ADDRESS, self.port), timeout=10) as client:
            for i in range(rounds):
                self.says(MAINS)
                self.until(client, b'"OL"')
                time.sleep(0.5 + i * 0.37 % 2)
                self.says(BATTERY)
                times.append(1000 * self.until(client, b'"OB"'))
        return sorted(times)


def nut(results, folder, seconds, ours):
    with Nut(folder) as peer:
        driver = peer.processes[0].pid
        before = switches(driver)
        time.sleep(seconds)
        rate, memory = round((switches(driver) - before) / seconds, 2), rss_mib([driver])
        times = peer.losses(5 if results.quick else 20)
    results.add("wake-ups, beside NUT's dummy-ups with one UPS in a file", ours[0], "per s", "dummy-ups", rate, "voluntary_ctxt_switches in /proc/PID/status")
    results.add("memory of the whole program, beside NUT's dummy-ups", ours[1], "MiB", "dummy-ups", memory, "VmRSS in /proc/PID/status")
    results.note(f"NUT: {len(times)} losses written into dummy-ups' file until upsd tells them, with NUT's own poll of 2 s")
    return times


def latency(results, theirs):
    """300 losses of mains on a kernel with simulated lines, from just before the line is told to the decision of the cabinet's policy."""
    if subprocess.run([BENCH / "build", "--where", "--vm"], stdout=subprocess.DEVNULL, check=False).returncode != 0:
        say("the VM of tests/System/hwbench is built: some minutes, once")
        subprocess.run([BENCH / "build", "--vm"], timeout=1800, check=True)
    command = [BENCH / "run", "--vm", "-t", "400", "-f", AOT, "-f", ROOT / "hw-bom" / "indoor-grid.json", "--", BENCH / "measure"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=450, check=False)
    reports = [json.loads(l.removeprefix("measured ")) for l in done.stdout.splitlines() if l.startswith("measured ")]
    if done.returncode != 0 or len(reports) != 2:
        raise Failed(f"the bench failed: {(done.stdout + done.stderr).strip().splitlines()[-3:]}")
    how = "tests/System/hwbench/run --vm -t 400 -f artifacts/aot/edgenode -f hw-bom/indoor-grid.json -- tests/System/hwbench/measure"
    for report in reports:
        debounce = report["debounce_us"] // 1000
        name, most = f"mains loss to decision, debounce {debounce} ms, qemu without KVM", MOST_MS + debounce
        results.add(f"{name}, p99", report["loss"]["p99"], "ms", "target", most, how)
        results.add(f"{name}, median", report["loss"]["p50"], "ms", "target", most, how)
        results.note(f"{name}: {report['decided']} of {report['losses']} losses decided before the next, the slowest after {report['loss']['most']} ms")
        results.note(f"{name}: from the kernel's stamp p50 {report['stamp']['p50']} ms, p99 {report['stamp']['p99']} ms")
    plain = reports[0]["loss"]
    results.add("mains loss to decision, median, beside NUT's dummy-ups and upsd on the machine itself", plain["p50"], "ms", "upsd", round(median(theirs), 1), how)
    results.add("slowest mains loss to decision, beside the same", plain["most"], "ms", "upsd", round(theirs[-1], 1), how)


def measure(results):
    seconds, rounds = (10, 1) if results.quick else (15, 3)
    with tempfile.TemporaryDirectory(prefix="edgenode-bench-") as name:
        folder = pathlib.Path(name)
        ours = idle(results, folder, seconds, rounds)
        samples(results, folder, max(seconds, 20))
        times = nut(results, folder, seconds, ours)
    latency(results, times)


if __name__ == "__main__":
    run("hardware", measure)
