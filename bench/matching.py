# benchmark: the matching engine beside CBC, GLPK, HiGHS and networkx: time, memory and gap over the size of the market
# needs: coinor-cbc glpk-utils nodejs npm python3-networkx
"""Rings of exchange: how long, how much memory, how good.

The peers are general solvers. They get the packing problem with every ring written out as a column, which a script here
enumerates on a way of its own; that enumeration is not counted against them, while our figure is the whole process: reading
the market, finding rings, solving, proving. Where a peer finishes, its optimum has to be ours.
"""
import json
import pathlib
import re
import subprocess
import tempfile
import time

from measure import AOT, ROOT, Failed, median, run, say
from plot import plot

DATA = ROOT / "tests" / "data" / "matching"
PEERS = ROOT / "artifacts" / "bench-npm"
HIGHS = "1.8.0"
CAP = 4

# name, file in tests/data or (residents, density), caps, seconds for us, seconds for each peer, caps in the quick run
CASES = [
    ("ask", "ask.txt", [3, 4, 5, 6], 20, 60, [3, 4]),
    ("1k mid", (1_000, "mid"), [3, 4], 20, 60, [4]),
    ("1k high", (1_000, "high"), [3, 4], 60, 60, []),
    ("10k mid", (10_000, "mid"), [4], 20, 60, []),
    ("10k high", (10_000, "high"), [4], 60, 45, []),
    ("100k mid", (100_000, "mid"), [4], 60, 45, []),
]

HIGHS_SCRIPT = """
const fs = require("fs");
require("highs")().then((highs) => {
  const answer = highs.solve(fs.readFileSync(process.argv[2], "utf8"), { time_limit: Number(process.argv[3]) });
  console.log(JSON.stringify({ status: answer.Status, value: answer.ObjectiveValue }));
});
"""


class Timed:
    """A process with its wall time and the highest memory seen, looked at every few milliseconds."""

    def __init__(self, command, limit, cwd=None):
        begun = time.perf_counter()
        self.peak_mb = 0.0
        with tempfile.TemporaryFile("w+") as out:
            process = subprocess.Popen([str(c) for c in command], stdout=out, stderr=subprocess.DEVNULL, cwd=cwd)
            while process.poll() is None:
                self.peak_mb = max(self.peak_mb, peak_mb(process.pid))
                if time.perf_counter() > begun + limit:
                    process.kill()
                time.sleep(0.002)
            self.seconds = time.perf_counter() - begun
            self.code = process.returncode
            out.seek(0)
            self.output = out.read()


def peak_mb(pid):
    """VmHWM of a running process in MiB; 0 when it is gone."""
    try:
        status = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0.0
    found = re.search(r"VmHWM:\s+(\d+)", status)
    return int(found[1]) / 1024 if found else 0.0


def ours(*arguments, limit=600):
    done = Timed([AOT, "match", *arguments], limit)
    if done.code != 0:
        raise Failed(f"edgenode match {' '.join(map(str, arguments))} ended with {done.code}")
    done.answer = json.loads(done.output)
    return done


def command(*arguments):
    return "edgenode match " + " ".join(str(a).replace(str(ROOT) + "/", "") for a in arguments)


# --- the market, read and enumerated without any of our code ---------------------------------------------------------------


class Graph:
    """Arcs with two resources each, a score and the giver's chance to accept."""

    def __init__(self):
        self.giver, self.receiver, self.offer, self.need, self.score, self.accept, self.out = [], [], [], [], [], [], {}

    def arc(self, giver, receiver, offer, need, score, accept):
        self.out.setdefault(giver, []).append(len(self.giver))
        for target, value in zip(
            (self.giver, self.receiver, self.offer, self.need, self.score, self.accept),
            (giver, receiver, offer, need, score, accept),
        ):
            target.append(value)

    def rings(self, cap):
        """Every ring of at most cap residents, from its smallest one; a way back is measured first."""
        into = {}
        for arc, receiver in enumerate(self.receiver):
            into.setdefault(receiver, []).append(self.giver[arc])
        for root in sorted(self.out):
            back = {root: 0}
            level = [root]
            for distance in range(1, cap):
                level = [g for r in level for g in into.get(r, ()) if g > root and back.setdefault(g, distance) == distance]
            yield from self.extend(root, root, [], {root}, back, cap)

    def extend(self, root, resident, arcs, people, back, cap):
        for arc in self.out.get(resident, ()):
            to = self.receiver[arc]
            if to == root and arcs:
                yield [*arcs, arc]
            elif to > root and to not in people and back.get(to, cap) <= cap - len(arcs) - 1:
                yield from self.extend(root, to, [*arcs, arc], people | {to}, back, cap)

    def weight(self, ring):
        """Micro-points: the sum of the scores times the product of the acceptances, floored once."""
        scores, accept = 0, 1
        for arc in ring:
            scores, accept = scores + self.score[arc], accept * self.accept[arc]
        return 10**6 * scores * accept // 100 ** len(ring)


def read_graph(path):
    with open(path, encoding="utf-8") as lines:
        first = lines.readline()
        return read_market(lines) if first.startswith("M ") else read_wants([first, *lines])


def read_market(lines):
    graph, people, offers, needs = Graph(), {}, {}, {}
    for line in lines:
        kind, *f = line.split()
        if kind == "P":
            people[int(f[0])] = int(f[4])
        elif kind in "ON":
            (offers if kind == "O" else needs)[int(f[0])] = int(f[1])
        else:
            offer, need, score = map(int, f)
            giver = offers[offer]
            graph.arc(giver, needs[need], ("o", offer), ("n", need), score, people[giver])
    return graph


def read_wants(lines):
    """Plain want lists without options, users or dummies, as ask.txt is."""
    lists = {}
    for line in lines:
        if line.strip() and not line.startswith(("#", "!")):
            item, *wants = line.upper().split()
            lists.setdefault(item, list(dict.fromkeys(w for w in wants if w != item)))
    graph = Graph()
    for item, wants in lists.items():
        for want in wants:
            if want in lists:
                graph.arc(want, item, ("o", want), ("n", item), 1, 100)
    return graph


def write_lp(graph, cap, path):
    """The packing problem: a binary column a ring, a row an offer or need."""
    rows, weights = {}, []
    for column, ring in enumerate(graph.rings(cap)):
        weights.append(graph.weight(ring))
        for arc in ring:
            rows.setdefault(graph.offer[arc], []).append(column)
            rows.setdefault(graph.need[arc], []).append(column)
    with open(path, "w", encoding="ascii") as lp:
        lp.write("Maximize\n obj:\n")
        lp.writelines(f" + {w // 10**6}.{w % 10**6:06d} x{c}\n" for c, w in enumerate(weights))
        lp.write("Subject To\n")
        for number, columns in enumerate(rows.values()):
            if len(columns) > 1:
                lp.write(f" r{number}: " + "\n + ".join(f"x{c}" for c in columns) + " <= 1\n")
        lp.write("Binary\n")
        lp.writelines(f" x{c}\n" for c in range(len(weights)))
        lp.write("End\n")
    return len(weights)


# --- the peers -----------------------------------------------------------------------------------------------------------


def cbc(lp, limit):
    solution = lp.with_suffix(".cbc")
    done = Timed(["cbc", lp, "sec", limit, "solve", "solu", solution], limit + 30)
    first = solution.read_text(encoding="utf-8").splitlines()[0] if solution.exists() else ""
    found = re.match(r"Optimal - objective value (\S+)", first)
    return done, abs(float(found[1])) if found else None


def glpk(lp, limit):
    solution = lp.with_suffix(".glpk")
    done = Timed(["glpsol", "--lp", lp, "--tmlim", limit, "-o", solution], limit + 30)
    text = solution.read_text(encoding="utf-8") if solution.exists() else ""
    found = re.search(r"Objective:\s+obj = (\S+)", text)
    return done, float(found[1]) if found and "INTEGER OPTIMAL" in text else None


def highs(lp, limit):
    script = PEERS / "solve.cjs"
    done = Timed(["node", script, lp, limit], limit + 30, cwd=PEERS)
    try:
        answer = json.loads(done.output.strip().splitlines()[-1])
    except (ValueError, IndexError):
        return done, None
    return done, answer["value"] if answer["status"] == "Optimal" else None


def peers(results):
    found = {"CBC": cbc, "GLPK": glpk}
    PEERS.mkdir(parents=True, exist_ok=True)
    if not (PEERS / "node_modules" / "highs").exists():
        subprocess.run(
            ["npm", "install", "--no-audit", "--no-fund", "--prefix", PEERS, f"highs@{HIGHS}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=180,
            check=False,
        )
    if (PEERS / "node_modules" / "highs").exists():
        (PEERS / "solve.cjs").write_text(HIGHS_SCRIPT, encoding="ascii")
        found["HiGHS (WebAssembly)"] = highs
    else:
        results.note("HiGHS could not be installed from npm and is left out")
    return found


# --- the measurements ------------------------------------------------------------------------------------------------------


def measure(results):
    with tempfile.TemporaryDirectory(prefix="edgenode-bench-") as folder:
        folder = pathlib.Path(folder)
        others = peers(results)
        points = []
        for name, source, caps, our_limit, peer_limit, quick_caps in CASES:
            caps = quick_caps if results.quick else caps
            if not caps:
                continue
            path = market(folder, source)
            graph = read_graph(path)
            for cap in caps:
                points.append(solve(results, folder, others, name, path, graph, cap, our_limit, peer_limit))
        clearing(results, folder)
        rings(results, folder)
        changes(results, folder)
        if not results.quick:
            plot(points, ROOT / "docs" / "images" / "matching.svg")


def market(folder, source):
    if isinstance(source, str):
        return DATA / source
    residents, density = source
    path = folder / f"m_{residents}_{density}.txt"
    if not path.exists():
        ours("generate", residents, "--seed", 1, "--deg", density, "--out", path, "--json")
    return path


def solve(results, folder, others, name, path, graph, cap, our_limit, peer_limit):
    arguments = ["solve", path, "--cap", cap, "--seconds", our_limit, "--json"]
    mine = ours(*arguments)
    answer = mine.answer
    lp = folder / "packing.lp"
    columns = write_lp(graph, cap, lp)
    say(f"{name}, cap {cap}: {columns} rings, value {answer['value']}, gap {answer['gap']:.6f}, {answer['seconds']} s")
    point = {"name": name, "cap": cap, "ours": mine.seconds, "gap": answer["gap"], "peers": {}}
    proved = "to the proved optimum" if answer["optimal"] else f"to a gap of {100 * answer['gap']:.3f} %"
    for peer, solver in others.items():
        # What an earlier case left would be read for this one's answer when a peer leaves none.
        for left in folder.glob("packing.*"):
            if left != lp:
                left.unlink()
        done, value = solver(lp, 10 if results.quick else peer_limit)
        if value is None:
            results.note(f"{name}, cap {cap}: {peer} had no proved optimum after {done.seconds:.0f} s and {done.peak_mb:.0f} MiB")
            continue
        if answer["optimal"] and abs(value - answer["value"]) > 1e-6 * max(1, value) + 1e-5:
            raise Failed(f"{name}, cap {cap}: {peer} says {value}, we say {answer['value']}")
        point["peers"][peer] = done.seconds
        case = f"{name}, cap {cap}, {proved}"
        results.add(case, round(mine.seconds, 3), "s", peer, round(done.seconds, 3), command(*arguments))
        # A process of a few milliseconds is gone before its memory was seen.
        if done.seconds > 0.05 and done.peak_mb > 0:
            results.add(f"{name}, cap {cap}, memory", answer["peak_mb"], "MiB", peer, round(done.peak_mb, 1), command(*arguments))
    if answer.get("root_bound"):
        results.note(f"{name}, cap {cap}: value {answer['value']}, bound {answer['bound']}, root bound {answer['root_bound']}")
    return point


def clearing(results, folder):
    """Unbounded trades: networkx has a network simplex for the same circulation."""
    import networkx

    path = DATA / "ask.txt"
    arguments = ["solve", path, "--cap", "unbounded", "--json"]
    runs = [ours(*arguments) for _ in range(1 if results.quick else 3)]
    graph, network = read_graph(path), networkx.DiGraph()
    for arc, offer in enumerate(graph.offer):
        network.add_edge(offer, graph.need[arc], capacity=1, weight=-1)
        network.add_edge(("r", offer[1]), offer, capacity=1, weight=0)
        network.add_edge(graph.need[arc], ("r", graph.need[arc][1]), capacity=1, weight=0)
    begun = time.perf_counter()
    cost, _ = networkx.network_simplex(network)
    seconds = time.perf_counter() - begun
    if -cost != runs[0].answer["value"]:
        raise Failed(f"ask, unbounded: networkx says {-cost}, we say {runs[0].answer['value']}")
    mine = median([r.seconds for r in runs])
    peer = f"networkx {networkx.__version__} network_simplex"
    results.add("ask, unbounded, 197 items", round(mine, 3), "s", peer, round(seconds, 3), command(*arguments))
    if results.quick:
        return
    path = market(folder, (100_000, "mid"))
    arguments = ["solve", path, "--cap", "unbounded", "--json"]
    results.add("100k mid, unbounded", round(ours(*arguments).seconds, 2), "s", "target", 6, command(*arguments))


def rings(results, folder):
    """Counting rings: networkx can bound their length from version 3.1 on."""
    import networkx

    path = market(folder, (1_000, "mid"))
    arguments = ["rings", path, "--cap", CAP, "--json"]
    mine = ours(*arguments)
    graph = read_graph(path)
    begun = time.perf_counter()
    count = sum(1 for _ in graph.rings(CAP))
    seconds = time.perf_counter() - begun
    if count != mine.answer["count"]:
        raise Failed(f"1k mid: {count} rings counted by hand, {mine.answer['count']} by us")
    results.add("1k mid, count rings up to 4", round(mine.seconds, 4), "s", "Python, depth first", round(seconds, 4), command(*arguments))
    if tuple(int(x) for x in networkx.__version__.split(".")[:2]) >= (3, 1):
        # One arc between two residents at most: networkx counts the simple graph, so the time alone is compared.
        simple = networkx.DiGraph(zip(graph.giver, graph.receiver))
        begun = time.perf_counter()
        sum(1 for _ in networkx.simple_cycles(simple, length_bound=CAP))
        seconds = time.perf_counter() - begun
        peer = f"networkx {networkx.__version__} simple_cycles"
        results.add("1k mid, count rings up to 4", round(mine.seconds, 4), "s", peer, round(seconds, 4), command(*arguments))
    if results.quick:
        return
    path = market(folder, (100_000, "high"))
    arguments = ["rings", path, "--cap", CAP, "--json"]
    answer = ours(*arguments).answer
    results.add(f"100k high, {answer['count']} rings up to 4", answer["seconds"], "s", "target", 1.5, command(*arguments))
    results.add("100k high, rings up to 4, memory", answer["peak_mb"], "MiB", "target", 140, command(*arguments))


def changes(results, folder):
    size = (10_000, "mid") if results.quick else (100_000, "high")
    path = market(folder, size)
    arguments = ["replay", path, "--cap", CAP, "--changes", 500 if results.quick else 5_000, "--seed", 1, "--json"]
    answer = ours(*arguments).answer
    name = f"{size[0] // 1000}k {size[1]}, {answer['arcs']} arcs, one offering changes"
    results.add(f"{name}, p99", answer["p99_ms"], "ms", "target", 1, command(*arguments))
    results.add(f"{name}, mean", answer["mean_ms"], "ms", "target", 0.15, command(*arguments))
    path = market(folder, (10_000 if results.quick else 100_000, "mid"))
    arguments = ["replay", path, "--cap", CAP, "--changes", 100, "--seed", 1, "--json"]
    answer = ours(*arguments).answer
    results.add("steady memory at 5 arcs a resident", answer["bytes_per_resident"], "bytes", "target", 300, command(*arguments))


if __name__ == "__main__":
    run("matching", measure)
