# benchmark: what each way of finding partners across cabinets makes of one market: value, messages, bytes
# needs: mosquitto libmosquitto1 libsodium23 libsqlite3-0
"""Replication, questions and summaries on the same generated market cut into ten cabinets.

The simulator runs real nodes: every statement is signed, carried, checked and committed, and everybody says yes. Value is
the number of items that change hands in agreed rings. Full replication is the peer: the ratio is the share of its value.
"""
import json
import subprocess
import tempfile

from measure import AOT, ROOT, Failed, run, say

SIMULATOR = ROOT / "artifacts" / "bin" / "Sim" / "net10.0" / "Release" / "edgenode-sim"
LONGEST_BUILD = 1800
LONGEST_RUN = 3600
CABINETS = 10
# Residents, cut, cabinets out of reach from the first search on.
CASES = [(1000, "spread", 0), (1000, "spread", 2), (3000, "place", 0)]
QUICK = [(200, "spread", 0), (200, "spread", 2)]
SEED = 1
CAP = 3


def call(command, longest):
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=longest)
    except (OSError, subprocess.TimeoutExpired) as fault:
        raise Failed(f"{command[0]} did not run: {fault}") from fault
    if done.returncode != 0:
        raise Failed(f"{' '.join(map(str, command))} ended with {done.returncode}: {done.stderr.strip()[-400:]}")
    return done.stdout


def compare(residents, cut, unreachable, folder):
    market = folder + f"/m{residents}.txt"
    call([AOT, "match", "generate", str(residents), "--seed", str(SEED), "--deg", "mid", "--out", market], LONGEST_RUN)
    options = ["--modes", market, "--nodes", str(CABINETS), "--cap", str(CAP), "--cut", cut]
    options += ["--unreachable", str(unreachable), "--json"]
    return json.loads(call([SIMULATOR, *options], LONGEST_RUN))


def measure(results):
    say("building the simulator")
    call(["dotnet", "build", "tests/Sim", "-c", "Release", "-v", "quiet"], LONGEST_BUILD)
    with tempfile.TemporaryDirectory(prefix="edgenode-bench-") as folder:
        for residents, cut, unreachable in QUICK if results.quick else CASES:
            rows(results, compare(residents, cut, unreachable, folder))
    results.note(f"seed {SEED}, density mid, cap {CAP}, {CABINETS} cabinets; items of rings agreed at all their home nodes")


def rows(results, found):
    modes = {mode["mode"]: mode for mode in found["modes"]}
    peer = modes["replicate"]
    name = f"{found['residents']} residents, cut {found['cut']}, {found['unreachable']} out of reach"
    command = f"edgenode-sim --modes MARKET --nodes {CABINETS} --cap {CAP} --cut {found['cut']} --unreachable {found['unreachable']}"
    for mode in ("query", "gossip"):
        for what, unit in (("items", "items"), ("frames", "frames"), ("bytes", "bytes")):
            case = f"{mode}, {name}: {what}"
            results.add(case, modes[mode][what], unit, "full replication", peer[what], command)
    results.add(f"replicate, {name}: items", peer["items"], "items", "the best plan of the whole market", found["best_items"], command)


if __name__ == "__main__":
    run("modes", measure)
