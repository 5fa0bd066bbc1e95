"""One set of real servers a worker, started when the first scenario needs it."""

import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from scenario_desk import Desk
from scenario_parts import (
    Airflow,
    Certificates,
    Platform,
    Postgres,
    Prometheus,
    RedisServer,
    SilentServer,
    WebServer,
    healthy_service,
    make_prices,
)


@pytest.fixture(scope="session")
def servers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scenarios")
    template = folder / "prices.duckdb"
    make_prices(template)
    postgres = Postgres(Path(tempfile.mkdtemp(prefix="deskhand-scenario-pg-")))
    redis = RedisServer(folder / "redis")
    made = SimpleNamespace(
        price_template=template,
        postgres=postgres,
        redis=redis,
        service=WebServer(),
        metrics=WebServer(),
        airflow=Airflow(WebServer()),
        platform=Platform(WebServer()),
        silent=SilentServer(),
        prometheus=None,
        latency=0.1,
        folder=folder,
    )
    made.metrics.routes["/metrics"] = lambda *_: (200, f"order_latency_seconds {made.latency}\n")
    made.certificates = Certificates(folder / "certificates")
    yield made
    for server in (
        made.service,
        made.metrics,
        made.airflow.server,
        made.platform.server,
        made.silent,
        redis,
        postgres,
    ):
        server.close()


@pytest.fixture(scope="session")
def monitored(servers):
    """The same servers, watched by Prometheus."""
    servers.prometheus = Prometheus(servers.folder / "prometheus", servers.metrics.port)
    yield servers
    servers.prometheus.close()
    servers.prometheus = None


@pytest.fixture
def desk_maker(servers, tmp_path):
    """Makes healthy desks, one after the other."""
    made = []

    def make():
        servers.service.delay = 0.0
        servers.service.released.clear()
        servers.service.routes["/health"] = lambda *_: (200, healthy_service())
        servers.airflow.healthy()
        servers.platform.healthy()
        servers.redis.healthy()
        servers.latency = 0.1
        made.append(tmp_path / str(len(made)))
        made[-1].mkdir()
        return Desk(made[-1], servers)

    return make


@pytest.fixture
def desk(desk_maker):
    """A healthy desk."""
    return desk_maker()
