"""A whole healthy desk out of real parts, whose connections a fault may point elsewhere."""

import shutil
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from tools.diagnostics.connections.base import ConnectionConfig
from tools.diagnostics.connections.deskhand import Deskhand, DeskhandConnection, ModelState, QueueState, SlackState


@dataclass
class Bot:
    """What the running bot would say of itself."""

    queue: QueueState = field(default_factory=lambda: QueueState(0, 0, 0, 0.0))
    slack: SlackState = field(default_factory=lambda: SlackState(2, 2))
    model: ModelState = field(default_factory=lambda: ModelState("gpt-5-mini", True))

    def connection(self):
        async def queue():
            return self.queue

        async def slack():
            return self.slack

        async def model():
            return self.model

        return DeskhandConnection(Deskhand(queue, slack, model))


@dataclass
class Desk:
    """One scenario's desk: shared servers, files and thresholds of its own."""

    folder: Path
    servers: object
    bot: Bot = field(default_factory=Bot)
    configs: dict = field(default_factory=dict)
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    def __post_init__(self):
        servers = self.servers
        self.prices = self.folder / "prices.duckdb"
        shutil.copyfile(servers.price_template, self.prices)
        self.connect("prices", "duckdb", str(self.prices), ingest_every="1d")
        self.connect(
            "orders",
            "postgres",
            servers.postgres.url,
            slow_after=0.4,
            blocked_after=0.2,
            idle_in_transaction_after=0.2,
            dead_rows=500,
            tables=[{"table": "fills", "column": "created_at", "max_age": "2h"}],
        )
        self.connect("quotes", "redis", servers.redis.url, min_keys=1, timeout=1.0)
        self.connect("market-data", "http", servers.service.url + "/health", slow_after=3.0, timeout=4.0)
        self.connect("quant", "platform", servers.platform.server.url, slow_after=3.0, timeout=4.0)
        self.connect(
            "workflows",
            "airflow",
            servers.airflow.server.url,
            username="deskhand",
            password="pass-word",
            must_run=["prices_daily"],
            every={"prices_daily": "1d"},
        )
        self.connect(
            "box",
            "host",
            None,
            paths=[str(self.folder)],
            disk_critical=1.0,
            disk_warning=1.0,
            memory_warning=1.0,
            load_warning=1000.0,
        )
        if servers.prometheus is not None:
            queries = {"order_latency": {"query": "order_latency_seconds", "unit": "seconds", "max": 0.5}}
            self.connect("monitoring", "prometheus", servers.prometheus.url, queries=queries)

    def connect(self, name, kind, url, **options):
        """Connect a system, in place of the one of that name."""
        self.configs[name] = ConnectionConfig(name, kind, SecretStr(url) if url else None, options)

    def point(self, name, url, **options):
        """Point a connection elsewhere."""
        old = self.configs[name]
        self.connect(name, old.kind, url, **{**old.options, **options})
