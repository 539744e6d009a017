"""The node under test: one cabinet with nothing in it, started the way a cabinet is started."""
import os

from measure import ADDRESS, AOT, ROOT, Server, children, free_ports, rss_mib

TEMPLATE = ROOT / "bench" / "cabinet.ini"
PORTS = ("residents", "steward", "pairing", "peers", "broker")


def cabinet(folder, binary=AOT, data="data"):
    """A server for `edgenode run`; the data folder is kept between starts that name the same one."""
    (folder / data).mkdir(mode=0o700, parents=True, exist_ok=True)
    ports = dict(zip(PORTS, free_ports(ADDRESS, len(PORTS))))
    config = folder / "cabinet.ini"
    config.write_text(TEMPLATE.read_text(encoding="utf-8").format(address=ADDRESS, **ports), encoding="utf-8")
    os.chmod(config, 0o600)
    command = [binary, "run", "--data", folder / data, "--config", config]
    return Server(command, ADDRESS, ports["residents"], folder / "cabinet.log", cwd=folder)


def node_rss(server):
    """The node alone; its broker is a process of its own and counted apart."""
    return rss_mib([server.process.pid])


def broker_rss(server):
    return rss_mib(children(server.process.pid))
