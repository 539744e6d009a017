# benchmark: size, start, memory, weight of a page and pages a second of one cabinet, beside other web servers
# needs: mosquitto libmosquitto1 libsodium23 libsqlite3-0 openssl nginx-light wrk
"""One cabinet against servers that do less.

nginx serves the very bytes of the residents' first page from a file: the upper bound of what any server here could do.
python3's http.server does the same: what people reach for to get a page up. The same program published as one file
shows what ahead-of-time compilation is worth. All of them run in turn in one run of this script.
"""
import html.parser
import os
import pathlib
import platform
import pwd
import subprocess
import tempfile
import time

from cabinet import broker_rss, cabinet, node_rss
from measure import AOT, ROOT, Failed, Server, children, free_ports, get, median, rss_mib, run, say, wrk

LOOPBACK = "127.0.0.1"
SETTLE_SECONDS = 2
CONNECTIONS = 8
# The design's limit for the first page with everything it asks for.
HEAVIEST_PAGE = 30 * 1024
SINGLE = ROOT / "artifacts" / "single" / "edgenode"
LONGEST_PUBLISH = 900
# One thread that closes every connection: it says nothing about pages a second.
NOT_FOR_LOAD = "python3 -m http.server"

NGINX = """
daemon off;
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off;
  default_type "{content_type}";
  keepalive_requests 1000000;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{ listen {address}:{port}; root {folder}/pages; index index.html; }}
}}
"""


def nginx(folder, content_type):
    port = free_ports(LOOPBACK, 1)[0]
    # As root nginx would hand its worker to a user that cannot read our folder.
    user = f"user {pwd.getpwuid(os.getuid()).pw_name};" if os.getuid() == 0 else ""
    config = folder / "nginx.conf"
    config.write_text(
        NGINX.format(folder=folder, user=user, address=LOOPBACK, port=port, content_type=content_type), encoding="utf-8"
    )
    command = ["nginx", "-p", folder, "-e", folder / "error.log", "-c", config]
    return Server(command, LOOPBACK, port, folder / "nginx.log")


def http_server(folder):
    port = free_ports(LOOPBACK, 1)[0]
    command = ["python3", "-m", "http.server", str(port), "--bind", LOOPBACK, "--directory", folder / "pages"]
    return Server(command, LOOPBACK, port, folder / "http-server.log")


def with_children(server):
    return rss_mib([server.process.pid, *children(server.process.pid)])


def starts_and_memory(make, memory, rounds):
    """First 200 in ms and memory in MiB, each the median over the rounds."""
    times, sizes = [], []
    for _ in range(rounds):
        with make() as server:
            times.append(server.first_answer_ms)
            time.sleep(SETTLE_SECONDS)
            sizes.append(memory(server))
    return round(median(times), 1), round(median(sizes), 1)


def capture_page(folder):
    """The first page of a cabinet, kept as a file for the peers; also the weight of all it asks for."""
    with cabinet(folder) as server:
        weight = page_weight(server)
        pages = folder / "pages"
        pages.mkdir()
        (pages / "index.html").write_bytes(server.page)
        return server.first_answer_ms, server.content_type, weight, broker_rss(server)


class Parts(html.parser.HTMLParser):
    """What a browser fetches by itself for a page."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        source = attrs.get("href") if tag == "link" and attrs.get("rel") in ("stylesheet", "icon", "manifest") else attrs.get("src")
        if source and source.startswith("/") and source not in self.found:
            self.found.append(source)


def page_weight(server):
    parts = Parts()
    parts.feed(server.page.decode("utf-8"))
    size = len(server.page)
    for source in parts.found:
        status, _, body = get(server.address, server.port, source)
        if status != 200:
            raise Failed(f"the first page asks for {source} and gets {status}")
        size += len(body)
    return size, 1 + len(parts.found)


def publish_single_file():
    """The same program as one trimmed file on net10.0; none where it cannot be published."""
    rid = "linux-arm64" if platform.machine() == "aarch64" else "linux-x64"
    command = ["dotnet", "publish", "src/Appliance", "-c", "Release", "-r", rid, "--self-contained", "-o", str(SINGLE.parent.relative_to(ROOT))]
    command += ["-p:PublishSingleFile=true", "-p:PublishTrimmed=true", "-p:TrimMode=partial", "-p:TreatWarningsAsErrors=false"]
    say("publishing the same program as one file, to compare with (a minute or two)")
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=LONGEST_PUBLISH, check=False, stdin=subprocess.DEVNULL
    )
    return done.returncode == 0 and SINGLE.exists(), " ".join(command)


def with_libraries(binary):
    """Bytes of a binary and the libraries the loader would map, in MB."""
    path = pathlib.Path(subprocess.run(["which", binary], capture_output=True, text=True, check=True).stdout.strip())
    listed = subprocess.run(["ldd", str(path)], capture_output=True, text=True, check=True).stdout.split()
    files = {os.path.realpath(p) for p in [str(path), *listed] if p.startswith("/")}
    return round(sum(os.path.getsize(f) for f in files) / 1e6, 2)


def measure(results):
    quick = results.quick
    rounds, seconds, loads = (3, 1, 1) if quick else (5, 4, 5)
    with tempfile.TemporaryDirectory(prefix="edgenode-bench-") as name:
        folder = pathlib.Path(name)
        first_ms, content_type, (weight, requests), broker = capture_page(folder)
        servers = {
            "nginx, the same bytes from a file": lambda: nginx(folder, content_type),
            NOT_FOR_LOAD: lambda: http_server(folder),
        }
        compare_sizes(results, servers, folder)
        compare_starts(results, servers, folder, rounds, first_ms)
        results.add("first page with all it asks for", weight, "bytes", "limit of the design", HEAVIEST_PAGE, "GET / and its parts")
        results.note(f"the first page and its parts are {requests} requests; the broker beside the node holds {broker} MiB")
        compare_load(results, lambda: cabinet(folder), servers, seconds, loads)


def compare_sizes(results, servers, folder):
    size = round(AOT.stat().st_size / 1e6, 2)
    results.add("size", size, "MB", "nginx and its libraries", with_libraries("nginx"), "stat; ldd $(which nginx)")
    if not results.quick or SINGLE.exists():
        there, command = publish_single_file()
        if there:
            single = round(SINGLE.stat().st_size / 1e6, 2)
            results.add("size", size, "MB", "the same program as one file, net10.0", single, command)
            servers["the same program as one file, net10.0"] = lambda: cabinet(folder, SINGLE, "data-single")
        else:
            results.note("the same program as one file could not be published here, so those rows are missing")


def compare_starts(results, servers, folder, rounds, first_ms):
    ours_ms, ours_mib = starts_and_memory(lambda: cabinet(folder), node_rss, rounds)
    results.note(f"the very first start, which makes keys and database, took {first_ms} ms; the rows are for a cabinet with data")
    for peer, make in servers.items():
        memory = node_rss if "same program" in peer else with_children
        peer_ms, peer_mib = starts_and_memory(make, memory, rounds)
        command = f"exec, GET / until 200; median of {rounds}"
        results.add("first 200 after exec", ours_ms, "ms", peer, peer_ms, command)
        results.add(f"memory {SETTLE_SECONDS} s after the first page", ours_mib, "MiB", peer, peer_mib, "VmRSS in /proc/PID/status")


def compare_load(results, ours, servers, seconds, loads):
    """In turn, ours and each peer, round after round, so that a change of the machine's load touches all."""
    makers = {"ours": ours, **{peer: make for peer, make in servers.items() if peer != NOT_FOR_LOAD}}
    rates = {peer: [] for peer in makers}
    for _ in range(loads):
        for peer, make in makers.items():
            with make() as server:
                wrk(server.url, 1, CONNECTIONS)
                rates[peer].append(wrk(server.url, seconds, CONNECTIONS))
    command = f"wrk -t1 -c{CONNECTIONS} -d{seconds}s URL after 1 s of warm-up; median of {loads}"
    for peer in list(makers)[1:]:
        results.add("pages a second", round(median(rates["ours"]), 1), "1/s", peer, round(median(rates[peer]), 1), command)


if __name__ == "__main__":
    run("node", measure)
