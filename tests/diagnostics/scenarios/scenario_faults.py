"""Faults that are really injected into a desk, each with a question somebody would ask and the causes to be found.

A fault is an async function of the desk; what must be undone is registered on `desk.stack`. `causes` are pairs of
condition and connection, any of which is right; `effects` are findings that may be told beside them.
"""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import asyncpg
import duckdb
from scenario_desk import Desk
from scenario_parts import WebServer, dead_port, healthy_service, record_run, sessions, until

from tools.diagnostics.connections.deskhand import ModelState, QueueState, SlackState


@dataclass(frozen=True)
class Fault:
    name: str
    question: str
    causes: tuple[tuple[str, str], ...]
    inject: Callable[[Desk], Awaitable[None]]
    effects: tuple[tuple[str, str], ...] = ()
    quick: bool = False
    monitored: bool = False


FAULTS: list[Fault] = []


def fault(question, *causes, effects=(), quick=False, monitored=False):
    """Register a fault: causes are `condition@connection`."""

    def pairs(texts):
        return tuple(tuple(text.split("@")) for text in texts)

    def add(inject):
        name = inject.__name__.replace("_", " ")
        FAULTS.append(Fault(name, question, pairs(causes), inject, pairs(effects), quick, monitored))
        return inject

    return add


async def in_thread(work, *given):
    return await asyncio.to_thread(work, *given)


# --- prices -------------------------------------------------------------------------------------------------------


async def change_prices(desk, *statements):
    def work():
        with duckdb.connect(str(desk.prices)) as store:
            for statement in statements:
                store.execute(statement)

    await in_thread(work)


async def add_run(desk, *given, **more):
    def work():
        with duckdb.connect(str(desk.prices)) as store:
            record_run(store, *given, **more)

    await in_thread(work)


def days_ago(count):
    return sessions(count + 1)[0]


@fault("Why is the price data stale?", "stale@prices")
async def all_prices_a_week_old(desk):
    await change_prices(desk, f"DELETE FROM daily_prices WHERE date > '{days_ago(5)}'")


@fault("what is the last date of QQQ", "stale@prices")
async def one_symbol_stopped(desk):
    await change_prices(desk, f"DELETE FROM daily_prices WHERE symbol = 'QQQ' AND date > '{days_ago(2)}'")


@fault("Are there gaps in our price history?", "gap@prices", quick=True)
async def a_week_is_missing(desk):
    days = sessions(100)
    await change_prices(
        desk, f"DELETE FROM daily_prices WHERE symbol='SPY' AND date BETWEEN '{days[40]}' AND '{days[44]}'"
    )


@fault("any data-quality anomalies?", "duplicates@prices")
async def days_stored_twice(desk):
    await change_prices(
        desk, f"INSERT INTO daily_prices SELECT * FROM daily_prices WHERE date = '{days_ago(7)}' AND symbol <> 'IWM'"
    )


@fault("the prices of QQQ look odd, is something wrong with the data?", "price_jump@prices")
async def a_price_ten_times_too_high(desk):
    await change_prices(
        desk,
        "UPDATE daily_prices SET close = close*10, adjusted_close = close*10, high = high*10, low = low*10 "
        f"WHERE symbol='QQQ' AND date = '{days_ago(20)}'",
    )


@fault("do we have bad ticks?", "bad_prices@prices")
async def prices_of_zero(desk):
    await change_prices(
        desk,
        f"UPDATE daily_prices SET close = 0, low = 0 WHERE symbol='IWM' AND date = '{days_ago(3)}'",
        f"UPDATE daily_prices SET adjusted_close = close WHERE date = '{days_ago(3)}' AND close > 0",
    )


@fault("how fresh is the data?", "empty@prices")
async def an_empty_store(desk):
    await change_prices(desk, "DELETE FROM daily_prices")


@fault("how fresh are the prices?", "future_dates@prices")
async def prices_from_the_future(desk):
    await change_prices(
        desk,
        "INSERT INTO daily_prices SELECT symbol, current_date + 30, open, high, low, close, adjusted_close, volume, 0, 1, "
        f"created_at FROM daily_prices WHERE symbol='SPY' AND date='{days_ago(1)}'",
    )


@fault("why can nobody read the price database?", "locked@prices", quick=True)
async def another_program_holds_the_lock(desk):
    code = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    process = await in_thread(
        lambda: subprocess.Popen(
            [sys.executable, "-c", code, str(desk.prices)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
    )

    def release():
        process.kill()
        process.communicate()

    desk.stack.callback(release)
    assert await in_thread(process.stdout.readline)


@fault("is the price store ok", "corrupt@prices")
async def a_damaged_file(desk):
    await in_thread(desk.prices.write_bytes, b"not a database at all" * 500)


@fault("what is wrong with the duckdb file?", "missing@prices")
async def a_deleted_file(desk):
    await in_thread(desk.prices.unlink)


@fault("why is the price store failing", "missing@prices")
async def a_dropped_table(desk):
    await change_prices(desk, "DROP TABLE daily_prices")


@fault("did the ingestion finish, and why not?", "ingestion_failed@prices", quick=True)
async def a_failed_ingestion(desk):
    await add_run(desk, "failed", error="IOError: vendor file eod.csv has no column Close", ago=timedelta(minutes=30))


@fault("is the ingestion stuck?", "ingestion_stuck@prices")
async def a_hanging_ingestion(desk):
    await add_run(desk, "running", ago=timedelta(hours=5))


@fault("did the pipeline finish last night?", "ingestion_empty@prices")
async def an_ingestion_without_rows(desk):
    await add_run(desk, "completed", 0, ago=timedelta(minutes=40))


@fault("did the price load run?", "ingestion_overdue@prices")
async def no_ingestion_for_days(desk):
    await change_prices(
        desk,
        "UPDATE ingestion_runs SET started_at = started_at - INTERVAL 4 DAY, finished_at = finished_at - INTERVAL 4 DAY",
    )


@fault("Why is the price data stale?", "ingestion_failed@prices", effects=["stale@prices"], quick=True)
async def stale_because_ingestion_failed(desk):
    await all_prices_a_week_old(desk)
    await a_failed_ingestion(desk)


# --- PostgreSQL ---------------------------------------------------------------------------------------------------


async def session(desk):
    connection = await asyncpg.connect(desk.servers.postgres.url)
    desk.stack.callback(connection.terminate)
    return connection


async def tables(desk):
    """Ends what an earlier scenario left, and makes the tables anew."""
    for _ in range(200):
        try:
            connection = await asyncpg.connect(desk.servers.postgres.url)
            break
        except asyncpg.TooManyConnectionsError:
            await asyncio.sleep(0.05)
    await connection.fetch(
        "SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity "
        "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )
    await connection.execute(
        "DROP TABLE IF EXISTS fills; CREATE TABLE fills (id int, created_at timestamptz); "
        "INSERT INTO fills SELECT i, now() FROM generate_series(1, 50) i"
    )
    await connection.close()


def spawned(desk, work):
    task = asyncio.ensure_future(work)
    desk.stack.callback(task.cancel)
    task.add_done_callback(lambda done: done.cancelled() or done.exception())
    return task


async def when(desk, query):
    """Until a query gives true."""
    connection = await asyncpg.connect(desk.servers.postgres.url)
    try:
        for _ in range(500):
            if await connection.fetchval(query):
                return
            await asyncio.sleep(0.02)
        raise AssertionError("it did not come about")
    finally:
        connection.terminate()


@fault("is the database out of connections?", "connections_exhausted@orders", quick=True)
async def every_connection_taken(desk):
    while True:
        try:
            await session(desk)
        except asyncpg.TooManyConnectionsError:
            break


@fault("how full is the connection pool of the database", "connections_high@orders", "connections_exhausted@orders")
async def most_connections_taken(desk):
    for _ in range(8):
        await session(desk)


@fault("why is the database so slow?", "slow_query@orders")
async def a_query_that_runs_and_runs(desk):
    connection = await session(desk)
    spawned(desk, connection.execute("SELECT pg_sleep(60)"))
    await when(
        desk,
        "SELECT count(*) > 0 FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)' AND now() - query_start > '450ms'",
    )


@fault(
    "queries on orders hang, is something blocking them?",
    "idle_in_transaction@orders",
    "blocked_query@orders",
    effects=["blocked_query@orders"],
    quick=True,
)
async def a_forgotten_lock(desk):
    holder, waiter = await session(desk), await session(desk)
    await holder.execute("BEGIN")
    await holder.execute("LOCK TABLE fills IN ACCESS EXCLUSIVE MODE")
    spawned(desk, waiter.execute("UPDATE fills SET id = 1"))
    await when(
        desk,
        "SELECT count(*) > 0 FROM pg_stat_activity WHERE cardinality(pg_blocking_pids(pid)) > 0 AND now() - query_start > '300ms'",
    )


@fault("is anything idle in transaction on the database?", "idle_in_transaction@orders")
async def a_transaction_left_open(desk):
    connection = await session(desk)
    await connection.execute("BEGIN")
    await connection.execute("INSERT INTO fills VALUES (1, now())")
    await when(
        desk,
        "SELECT count(*) > 0 FROM pg_stat_activity WHERE state LIKE 'idle in tr%' AND now() - state_change > '300ms'",
    )


@fault("is replication healthy on the orders database?", "replication_lag@orders")
async def a_slot_nobody_reads(desk):
    await in_thread(desk.servers.postgres.sql, "SELECT pg_create_physical_replication_slot('standby_1', true)")
    desk.stack.callback(desk.servers.postgres.sql, "SELECT pg_drop_replication_slot('standby_1')")


@fault("which tables of the database need a vacuum, are they bloated?", "bloat@orders")
async def a_table_full_of_dead_rows(desk):
    connection = await session(desk)
    await connection.execute(
        "DROP TABLE IF EXISTS ticks; CREATE TABLE ticks (id int) WITH (autovacuum_enabled = off); "
        "INSERT INTO ticks SELECT * FROM generate_series(1, 2000); DELETE FROM ticks WHERE id > 500"
    )
    await connection.execute("SELECT pg_stat_force_next_flush()")
    await connection.execute("SELECT 1")
    await when(desk, "SELECT n_dead_tup > 1000 FROM pg_stat_user_tables WHERE relname = 'ticks'")
    desk.stack.push_async_callback(connection.execute, "DROP TABLE ticks")


@fault("how fresh are the fills in the database?", "stale@orders")
async def fills_that_stopped(desk):
    connection = await session(desk)
    await connection.execute("UPDATE fills SET created_at = now() - interval '9 hours'")


@fault("can we reach the database?", "connection_refused@orders", quick=True)
async def a_database_that_is_down(desk):
    desk.point("orders", f"postgresql://trader:s3cret-word@127.0.0.1:{dead_port()}/orders")


@fault("why does the database refuse us?", "auth_failed@orders")
async def an_unknown_database_user(desk):
    desk.point("orders", desk.servers.postgres.url.replace("//postgres:", "//nobody_such:"))


@fault("is the database fine?", "missing@orders")
async def a_database_that_does_not_exist(desk):
    desk.point("orders", desk.servers.postgres.url.replace("/orders", "/order_s"))


@fault("is postgres up?", "timeout@orders")
async def a_database_that_hangs(desk):
    desk.point("orders", f"postgresql://postgres@127.0.0.1:{desk.servers.silent.port}/orders", timeout=0.7)


# --- Redis --------------------------------------------------------------------------------------------------------


def fill_redis(desk, policy):
    client = desk.servers.redis.client
    client.config_set("maxmemory", client.info("memory")["used_memory"] + 400_000)
    client.config_set("maxmemory-policy", policy)
    for start in range(0, 400, 10):
        pipeline = client.pipeline(transaction=False)
        for number in range(start, start + 10):
            pipeline.set(f"ticks:{number}", "x" * 2000)
        pipeline.execute(raise_on_error=False)


@fault("Is the cache healthy?", "memory_high@quotes", effects=["writes_refused@quotes"], quick=True)
async def a_cache_that_is_full(desk):
    await in_thread(fill_redis, desk, "noeviction")


@fault("why does the cache lose keys?", "evictions@quotes", quick=True)
async def a_cache_that_evicts(desk):
    await in_thread(fill_redis, desk, "allkeys-lru")


@fault("what is the hit rate of the cache?", "low_hit_rate@quotes")
async def a_cache_asked_for_what_it_lacks(desk):
    def work():
        pipeline = desk.servers.redis.client.pipeline(transaction=False)
        for number in range(2000):
            pipeline.get(f"absent:{number}")
        pipeline.execute()

    await in_thread(work)


@fault("is redis saving to disk?", "persistence_failed@quotes")
async def a_cache_that_cannot_save(desk):
    def work():
        server = desk.servers.redis
        gone = server.folder / "gone"
        gone.mkdir()
        server.client.config_set("dir", str(gone))
        shutil.rmtree(gone)
        server.client.bgsave()
        until(lambda: server.client.info("persistence")["rdb_last_bgsave_status"] == "err")

    await in_thread(work)


@fault("is the cache ok?", "auth_failed@quotes")
async def a_cache_whose_password_changed(desk):
    server = desk.servers.redis
    await in_thread(server.client.config_set, "requirepass", "another-pass-word")
    desk.stack.callback(lambda: (server.client.execute_command("AUTH", "another-pass-word"), server.healthy()))


@fault("is redis up?", "connection_refused@quotes")
async def a_cache_that_is_down(desk):
    desk.point("quotes", f"redis://:cache-pass-word@127.0.0.1:{dead_port()}/0")


@fault("the cache does not answer, what is up?", "timeout@quotes")
async def a_cache_that_hangs(desk):
    desk.point("quotes", f"redis://127.0.0.1:{desk.servers.silent.port}/0", timeout=0.5)


@fault("is the cache fine?", "empty@quotes")
async def a_flushed_cache(desk):
    await in_thread(desk.servers.redis.client.flushall)


@fault("does the cache take connections?", "clients_high@quotes")
async def a_cache_with_too_many_clients(desk):
    import redis

    def work():
        server = desk.servers.redis
        server.client.config_set("maxclients", "20")
        path = server.url.removeprefix("unix://")
        clients = []
        for _ in range(14):
            client = redis.Redis(unix_socket_path=path)
            client.ping()
            clients.append(client)
        return clients

    clients = await in_thread(work)
    desk.stack.callback(lambda: [client.close() for client in clients])


# --- services -----------------------------------------------------------------------------------------------------


def service_says(desk, status=200, **changes):
    desk.servers.service.routes["/health"] = lambda *_: (status, {**healthy_service(), **changes})


@fault("is the market data service up?", "connection_refused@market-data")
async def a_service_at_a_dead_port(desk):
    desk.point("market-data", f"http://127.0.0.1:{dead_port()}/health")


@fault("is market-data up?", "service_down@market-data")
async def a_service_with_an_error(desk):
    desk.servers.service.routes["/health"] = lambda *_: (503, {"detail": "overloaded"})


@fault("how slow is the market data service?", "slow@market-data")
async def a_slow_service(desk):
    desk.servers.service.delay = 0.4
    desk.point("market-data", desk.servers.service.url + "/health", slow_after=0.3)


@fault("the market data service is not responding", "timeout@market-data")
async def a_service_that_hangs(desk):
    desk.point("market-data", f"http://127.0.0.1:{desk.servers.silent.port}/health", timeout=0.6)


@fault("is Alpha Vantage down?", "dependency_down@market-data")
async def a_vendor_that_is_down(desk):
    service_says(desk, external_apis={"alpha_vantage": "unavailable"})


@fault("is an external API out of quota?", "quota_exhausted@market-data", quick=True)
async def a_vendor_out_of_quota(desk):
    service_says(desk, external_apis={"alpha_vantage": "rate limit: 25 requests per day reached"})


@fault("is Alpha Vantage out of quota?", "quota_exhausted@vendor")
async def alpha_vantage_itself_says_no(desk):
    note = "Thank you for using Alpha Vantage! Our standard API rate limit is 25 requests per day."
    desk.servers.service.routes["/query"] = lambda *_: (200, {"Information": note})
    desk.connect("vendor", "http", desk.servers.service.url + "/query")


@fault("is the vendor API throttling us?", "quota_exhausted@vendor")
async def too_many_requests(desk):
    desk.servers.service.routes["/query"] = lambda *_: (429, {"detail": "slow down"})
    desk.connect("vendor", "http", desk.servers.service.url + "/query")


@fault("is the market data service healthy?", "assertion_failed@market-data")
async def a_part_of_the_service_is_down(desk):
    service_says(desk, cache={"mongodb": "disconnected", "duckdb": "connected"})


@fault("is the market data service ok?", "claim_outdated@market-data")
async def a_service_that_repeats_itself(desk):
    service_says(desk, last_checked=(datetime.now(UTC) - timedelta(days=40)).isoformat())


@fault("is the market data service answering as it should?", "assertion_failed@market-data")
async def a_value_out_of_range(desk):
    service_says(desk, queue={"length": 5000})
    desk.point("market-data", desk.servers.service.url + "/health", expect={"json": {"queue.length": {"max": 100}}})


@fault("can we reach the market data service", "auth_failed@market-data")
async def a_service_that_wants_another_token(desk):
    desk.servers.service.routes["/health"] = lambda *_: (401, {"detail": "who are you"})


@fault("can we reach the market data service?", "unreachable@market-data")
async def a_host_nobody_knows(desk):
    desk.point("market-data", "http://market-data.invalid/health")


async def over_tls(desk, name, begins, ends, ca=True):
    def work():
        server = WebServer(desk.servers.certificates.server(name, begins, ends))
        server.routes["/health"] = lambda *_: (200, healthy_service())
        return server

    server = await in_thread(work)
    desk.stack.callback(server.close)
    more = {"ca_file": desk.servers.certificates.ca} if ca else {}
    desk.point("market-data", server.url + "/health", **more)


@fault("does a certificate of the market data service expire soon?", "certificate_expiring@market-data")
async def a_certificate_about_to_end(desk):
    at = datetime.now(UTC)
    await over_tls(desk, "soon", at - timedelta(days=80), at + timedelta(days=5))


@fault("is the market data service up?", "certificate_expired@market-data")
async def a_certificate_that_ended(desk):
    at = datetime.now(UTC)
    await over_tls(desk, "ended", at - timedelta(days=80), at - timedelta(days=1))


@fault("why does TLS to the market data service fail?", "tls_error@market-data")
async def a_certificate_nobody_vouches_for(desk):
    at = datetime.now(UTC)
    await over_tls(desk, "strange", at - timedelta(days=1), at + timedelta(days=80), ca=False)


# --- platform, pipelines, monitoring, machine, the bot ------------------------------------------------------------


@fault("are backtests stuck in the queue?", "queue_backlog@quant", quick=True)
async def backtests_that_wait(desk):
    platform = desk.servers.platform
    platform.backtests += [platform.backtest(f"w{n}", "pending", minutes=90 - n) for n in range(40)]


@fault("which backtests failed?", "jobs_given_up@quant")
async def backtests_that_fail(desk):
    platform = desk.servers.platform
    platform.backtests += [platform.backtest(f"f{n}", "failed") for n in range(3)]


@fault("is the platform up?", "service_down@quant", effects=["claim_contradicted@quant"])
async def a_platform_that_says_it_is_well(desk):
    desk.servers.platform.listing = 500


@fault("is the platform healthy?", "assertion_failed@quant")
async def a_platform_whose_database_is_gone(desk):
    desk.servers.platform.health["databases"]["duckdb"] = {"connected": False, "symbols_count": 12}


@fault("did the pipelines in Airflow finish, and why not?", "ingestion_failed@workflows", quick=True)
async def a_failed_dag(desk):
    airflow = desk.servers.airflow
    airflow.runs.insert(0, airflow.run("prices_daily", "failed"))
    airflow.tasks = [{"task_id": "download_eod", "state": "failed"}, {"task_id": "load", "state": "upstream_failed"}]


@fault("is a pipeline stuck?", "ingestion_stuck@workflows")
async def a_dag_that_never_ends(desk):
    airflow = desk.servers.airflow
    airflow.runs.insert(0, airflow.run("fundamentals", "running", hours=7))


@fault("why did the nightly pipeline not run?", "paused@workflows")
async def a_paused_dag(desk):
    desk.servers.airflow.paused.add("prices_daily")


@fault("is the airflow scheduler alive?", "scheduler_down@workflows")
async def a_dead_scheduler(desk):
    desk.servers.airflow.heartbeat = 1800.0


@fault("did the prices_daily pipeline finish today?", "ingestion_overdue@workflows")
async def a_dag_that_has_not_run_for_days(desk):
    airflow = desk.servers.airflow
    airflow.runs = [airflow.run("prices_daily", "success", hours=100)]


@fault("did the pipelines finish?", "auth_failed@workflows")
async def an_airflow_password_that_changed(desk):
    desk.point("workflows", desk.servers.airflow.server.url, password="old-word-2")


@fault("what alerts fire?", "alert_firing@monitoring", effects=["threshold_crossed@monitoring"], monitored=True)
async def an_alert_that_fires(desk):
    desk.servers.latency = 2.5
    await in_thread(until, lambda: "OrderLatencyHigh" in desk.servers.prometheus.firing())
    desk.stack.callback(lambda: until(lambda: "OrderLatencyHigh" not in desk.servers.prometheus.firing()))
    desk.stack.callback(lambda: setattr(desk.servers, "latency", 0.1))


@fault("is monitoring complete, which targets are down in prometheus?", "target_down@monitoring", monitored=True)
async def a_target_that_is_down(desk):
    routes = desk.servers.metrics.routes
    kept = routes.pop("/metrics")
    await in_thread(until, desk.servers.prometheus.down)
    desk.stack.callback(lambda: until(lambda: not desk.servers.prometheus.down()))
    desk.stack.callback(lambda: routes.update({"/metrics": kept}))


@fault("what alerts fire?", "connection_refused@monitoring", monitored=True)
async def monitoring_that_is_down(desk):
    desk.point("monitoring", f"http://127.0.0.1:{dead_port()}")


@fault("how full is the disk?", "disk_full@box", quick=True)
async def a_full_disk(desk):
    """A small file system of its own where that is allowed, else the real one held to a stricter limit."""
    small = desk.folder / "small"
    small.mkdir()
    mounted = await in_thread(
        lambda: subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(small)], capture_output=True)
    )
    if mounted.returncode:
        desk.connect(
            "box", "host", None, paths=[str(desk.folder)], disk_critical=1e-9, disk_warning=1e-9, load_warning=1000.0
        )
        return
    desk.stack.callback(lambda: subprocess.run(["umount", "-l", str(small)], check=True))
    await in_thread((small / "filler").write_bytes, b"x" * 1_000_000)
    desk.connect("box", "host", None, paths=[str(small)], load_warning=1000.0)


@fault("is the machine overloaded?", "load_high@box", "memory_low@box")
async def a_busy_machine(desk):
    desk.connect(
        "box", "host", None, paths=[str(desk.folder)], disk_critical=1.0, load_warning=1e-9, memory_warning=1e-9
    )
    assert os.getloadavg()[1] >= 0


@fault("is Deskhand behind, how full is the queue?", "queue_backlog@deskhand")
async def an_inbox_that_fills(desk):
    desk.bot.queue = QueueState(400, 8, 0, 900.0)


@fault("is Slack connected?", "slack_disconnected@deskhand")
async def no_socket_to_slack(desk):
    desk.bot.slack = SlackState(0, 2)


@fault("is the language model up?", "model_down@deskhand")
async def a_model_that_is_down(desk):
    desk.bot.model = ModelState("gpt-5-mini", False, "no connection")
