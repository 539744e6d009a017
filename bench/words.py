# benchmark: suggestions as somebody types, and the search, in one cabinet with 10,000 shared entries
"""Words at their largest: every letter of a title is a question over HTTP, as the page's script asks it.

The entries are written into the database of a stopped cabinet, as if neighbours had shared them, in the three scripts of the seed list; its next
start makes their words. The peer is what people write first: LIKE over the titles in python's sqlite3, in the same process, without HTTP, without ranking,
stems, other languages' categories or misspelt words.
"""
import http.client
import json
import os
import pathlib
import random
import sqlite3
import tempfile
import time
import urllib.parse

from cabinet import cabinet, node_rss
from measure import ADDRESS, ROOT, Failed, run

ENTRIES = 10_000
LIMIT_MS = 20
# One session may ask this many times at once.
BURST = 40
SEED = ROOT / "src" / "Matching" / "Words" / "Seed"
LANGUAGES = (("en", 70), ("ar", 15), ("hi", 15))
PLAIN = "fresh old good small large two three weekly evening kitchen school winter summer street blue green help hour friendly".split()


def words_of(language):
    words = []
    for line in (SEED / f"words.{language}.txt").read_text(encoding="utf-8").splitlines():
        if " = " in line:
            words += line.split(" = ", 1)[1].replace(";", " ").split()
    return sorted(set(words))


def made_up(count, chance):
    """Titles of two to five words; the words are the seed list's, mixed with plain ones, so every question meets many entries."""
    words = {language: words_of(language) for language, _ in LANGUAGES}
    titles = []
    for _ in range(count):
        language = chance.choices([l for l, _ in LANGUAGES], [w for _, w in LANGUAGES])[0]
        some = [chance.choice(words[language]) for _ in range(chance.randint(2, 4))]
        if language == "en" and chance.random() < 0.6:
            some.insert(0, chance.choice(PLAIN))
        titles.append(" ".join(some)[:120])
    return titles


def leaves():
    return [line.split()[0] for line in (SEED / "tree.txt").read_text(encoding="utf-8").splitlines() if line.startswith("  ")]


def fill(database, home, titles, chance):
    categories = leaves()
    rows = []
    for i, title in enumerate(titles):
        who = "did:edge:" + f"{i // 40:05d}".translate(str.maketrans("01", "ab")).rjust(52, "c")
        number = f"0198a111-0000-7000-8000-{i:012d}"
        rows.append((number, home, who, "Neighbour", chance.choice(categories), title, "s" + number))
    with sqlite3.connect(database) as db:
        db.executemany(
            "INSERT INTO offering (offering_id, version, home_node, participant, label, category, title, capacity, consumed, state, audience, "
            "statement_id, updated) VALUES (?, 1, ?, ?, ?, ?, ?, 1, 0, 'active', '[]', ?, 1)",
            rows,
        )
        db.execute("DELETE FROM word_state")
    db.close()


class Visitor:
    """One signed-in resident on one connection that stays open."""

    def __init__(self, port):
        self.connection = http.client.HTTPConnection(ADDRESS, port, timeout=20)
        self.cookie = None
        code = self.post("/api/join", {"label": "Bench"})["code"]
        self.post("/api/session", {"code": code})
        self.left = BURST

    def post(self, path, body):
        self.connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        answer = self.connection.getresponse()
        data = answer.read()
        if answer.status not in (200, 201):
            raise Failed(f"POST {path} was answered {answer.status}: {data[:200]}")
        if answer.getheader("Set-Cookie"):
            self.cookie = answer.getheader("Set-Cookie").split(";")[0]
        return json.loads(data)

    def ask(self, path, question):
        """The answer and how long it took in ms."""
        self.left -= 1
        begun = time.perf_counter()
        self.connection.request("GET", f"{path}?q={urllib.parse.quote(question)}", headers={"Cookie": self.cookie})
        answer = self.connection.getresponse()
        data = answer.read()
        took = (time.perf_counter() - begun) * 1000
        if answer.status != 200:
            raise Failed(f"GET {path} was answered {answer.status}: {data[:200]}")
        return json.loads(data), took


def typed(titles):
    return [title[:n] for title in titles for n in range(1, len(title) + 1)]


def misspelt(titles, chance):
    questions = []
    for title in titles:
        word = max(title.split(), key=len)
        at = chance.randrange(1, max(2, len(word) - 1))
        questions.append(word[: at - 1] + word[at - 1 : at + 1][::-1] + word[at + 1 :])
    return questions


def ask_all(port, path, questions):
    visitor, times, answered = Visitor(port), [], 0
    for question in questions:
        if visitor.left == 0:
            visitor = Visitor(port)
        answer, took = visitor.ask(path, question)
        times.append(took)
        answered += bool(answer.get("categories") or answer.get("entries"))
    return times, answered


def processor_ms(server):
    """What the node has used of the processor so far (proc(5), stat, fields 14 and 15): the same on a busy machine as on an idle one."""
    fields = pathlib.Path(f"/proc/{server.process.pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def by_like(database, questions):
    db = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    times = []
    for question in questions:
        begun = time.perf_counter()
        db.execute(
            "SELECT category, count(*) FROM offering WHERE state = 'active' AND title LIKE ? GROUP BY category ORDER BY 2 DESC LIMIT 6",
            (f"%{question}%",),
        ).fetchall()
        times.append((time.perf_counter() - begun) * 1000)
    db.close()
    return times


def part(times, percent):
    return round(sorted(times)[min(len(times) - 1, int(len(times) * percent / 100))], 2)


def open_to_all(folder):
    server = cabinet(folder)
    with open(folder / "cabinet.ini", "a", encoding="utf-8") as config:
        config.write("\n[residents]\njoin=open\n")
    return server


def measure(results):
    chance = random.Random(1)
    entries = 2_000 if results.quick else ENTRIES
    people = 8 if results.quick else 40
    titles = made_up(entries, chance)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        with open_to_all(folder) as server:
            first_ms, home = server.first_answer_ms, Visitor(server.port)
            home.connection.request("GET", "/api/node")
            home = json.loads(home.connection.getresponse().read())["did"]
        database = folder / "data" / "edgenode.db"
        fill(database, home, titles, chance)
        with open_to_all(folder) as server:
            anew_ms = server.first_answer_ms
        with open_to_all(folder) as server:
            compare(results, server, database, chance.sample(titles, people), chance)
            results.add("first 200 after exec, words of all entries made anew", anew_ms, "ms", "a start without that", server.first_answer_ms, "exec, GET / until 200")
            results.note(f"{entries} entries; the node held {node_rss(server)} MiB after all questions; the very first start took {first_ms} ms")


def compare(results, server, database, titles, chance):
    questions = typed(titles)
    ask_all(server.port, "/api/suggest", questions[:BURST])
    used = processor_ms(server)
    times, answered = ask_all(server.port, "/api/suggest", questions)
    used = (processor_ms(server) - used) / len(questions)
    like = by_like(database, questions)
    command = f"GET /api/suggest?q=, every beginning of {len(titles)} titles, {len(questions)} questions"
    results.add("a suggestion while typing, p99", part(times, 99), "ms", "limit of the design", LIMIT_MS, command)
    results.add("a suggestion while typing, p99", part(times, 99), "ms", "LIKE over the titles, no HTTP", part(like, 99), command)
    results.add("a suggestion while typing, median", part(times, 50), "ms", "LIKE over the titles, no HTTP", part(like, 50), command)
    results.add("processor time of a suggestion, mean", round(used, 2), "ms", "limit of the design", LIMIT_MS, "utime + stime of the node over all questions, sign-ins included")
    wrong = misspelt(titles, chance)
    slow, right = ask_all(server.port, "/api/suggest", wrong)
    results.add("a suggestion for a misspelt word, p99", part(slow, 99), "ms", "limit of the design", LIMIT_MS, f"two letters exchanged in {len(wrong)} words")
    found, some = ask_all(server.port, "/api/find", titles)
    results.add("a search for a whole title, p99", part(found, 99), "ms", "limit of the design", LIMIT_MS, f"GET /api/find?q=, {len(titles)} titles")
    results.note(
        f"slowest suggestion {round(max(times), 2)} ms; {answered} of {len(questions)} beginnings, {right} of {len(wrong)} misspelt words "
        f"and {some} of {len(titles)} titles were answered with something"
    )
    if some != len(titles):
        raise Failed(f"{len(titles) - some} titles that stand in the cabinet were not found")


if __name__ == "__main__":
    run("words", measure)
