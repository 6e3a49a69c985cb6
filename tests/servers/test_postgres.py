"""A real PostgreSQL on a spare loopback port: by query, by table, read-only, and not there."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import pytest

from covey.errors import InputError, MissingExtraError, OptionError
from covey.features.reading import read_table

pytestmark = pytest.mark.servers

PASSWORD = "p@ss:w/rd? #%'é"

TABLES = """
CREATE TABLE customers (
  id bigint, name text, spend numeric(10, 2), score double precision, since date,
  seen timestamp, zoned timestamptz, vip boolean, note jsonb, tags text[], kind char(2), small real
);
INSERT INTO customers VALUES
  (1, 'Ann', 1234.50, 0.5, '2024-02-29', '2024-02-29 12:30', '2024-02-29 12:30+02', true,
   '{"a": 1}', '{x,y}', 'ab', 1.5),
  (2, 'Bób "x"', NULL, 'NaN', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (3, NULL, -0.07, 2, '1999-12-31', '1999-12-31 23:59:59.5', '1999-12-31 23:59+00', false,
   '[]', '{}', 'c', 2);
CREATE SCHEMA old;
CREATE TABLE old."odd ""Name" AS SELECT 7 AS seven;
CREATE TABLE hollow (a int);
CREATE TYPE mood AS ENUM ('sad', 'glad');
CREATE TABLE moods AS SELECT 'glad'::mood AS mood, '1 day'::interval AS span,
  '00000000-0000-0000-0000-000000000001'::uuid AS tag;
"""


def tool(name: str) -> str:
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    found = shutil.which(name) or (str(places[0]) if places else None)
    if found is None:
        pytest.skip(f"PostgreSQL is not installed: no {name} in PATH or /usr/lib/postgresql")
    return found


def spare_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def as_server() -> dict:
    """PostgreSQL refuses to run as root: then it runs as its own user, or as nobody."""
    if os.geteuid() != 0:
        return {}
    for user in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(user)
            return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    pytest.skip("PostgreSQL refuses to run as root, and there is no other user to run it")


@pytest.fixture(scope="module")
def server():
    initdb, postgres, psql = tool("initdb"), tool("postgres"), tool("psql")
    who = as_server()
    with tempfile.TemporaryDirectory(prefix="covey-pg-", ignore_cleanup_errors=True) as place:
        home = Path(place)
        (home / "password").write_text(PASSWORD + "\n", encoding="utf-8")
        for path in (home, home / "password"):
            if who:
                os.chown(path, who["user"], who["group"])
        common = {"cwd": home, "env": {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}, **who}
        subprocess.run(
            [initdb, "-D", "data", "-U", "reader", "--pwfile=password", "-A", "scram-sha-256",
             "-E", "UTF8", "--no-sync"],
            check=True, capture_output=True, timeout=120, **common,
        )  # fmt: skip
        port = spare_port()
        with (home / "log").open("wb") as log:
            process = subprocess.Popen(
                [postgres, "-D", "data", "-p", str(port), "-k", "", "-h", "127.0.0.1",
                 "-c", "fsync=off"],
                stdout=log, stderr=log, **common,
            )  # fmt: skip
        try:
            wait_until_it_answers(port, process, home / "log")
            env = {**common["env"], "PGPASSWORD": PASSWORD}
            subprocess.run(
                [psql, "-h", "127.0.0.1", "-p", str(port), "-U", "reader", "-d", "postgres",
                 "-v", "ON_ERROR_STOP=1", "-q"],
                input=TABLES.encode(), check=True, capture_output=True, timeout=60, env=env,
            )  # fmt: skip
            yield f"127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=30)


def wait_until_it_answers(port: int, process: subprocess.Popen, log: Path) -> None:
    for _ in range(300):
        assert process.poll() is None, log.read_text()
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    pytest.fail(f"PostgreSQL did not answer in 30 s: {log.read_text()}")


@pytest.fixture
def url(server):
    pytest.importorskip("adbc_driver_postgresql", reason="the extra `postgres` is not installed")
    return f"postgresql://reader:{quote(PASSWORD, safe='')}@{server}/postgres"


def test_query(url, server):
    table = read_table(url, query="SELECT id, name, spend FROM customers ORDER BY id DESC")
    assert table.con.execute("SELECT * FROM data").fetchall() == [
        (3, None, -0.07), (2, 'Bób "x"', None), (1, "Ann", 1234.5),
    ]  # fmt: skip
    assert table.source.format == "PostgreSQL"
    assert table.source.name == f"postgresql://{server}/postgres"
    assert table.frame_backend is None
    assert PASSWORD not in repr(table.source)


def test_table_and_types(url):
    table = read_table(url, table="customers")
    assert table.types() == {
        "id": "BIGINT", "name": "VARCHAR", "spend": "DOUBLE", "score": "DOUBLE", "since": "DATE",
        "seen": "TIMESTAMP", "zoned": "TIMESTAMP", "vip": "BOOLEAN", "note": "VARCHAR",
        "tags": "VARCHAR", "kind": "VARCHAR", "small": "DOUBLE",
    }  # fmt: skip
    first, second, _ = table.con.execute("SELECT * FROM data ORDER BY id").fetchall()
    assert first[:8] == (
        1, "Ann", 1234.5, 0.5, dt.date(2024, 2, 29), dt.datetime(2024, 2, 29, 12, 30),
        dt.datetime(2024, 2, 29, 10, 30), True,
    )  # fmt: skip
    assert first[8] == '{"a": 1}'
    assert second[2:] == (None,) * 10


def test_types_that_arrow_does_not_have(url):
    table = read_table(url, table="moods")
    row = table.con.execute("SELECT * FROM data").fetchone()
    assert row is not None
    assert row[0] == "glad"
    assert row[1] == 1.0  # days
    assert row[2] == "00000000-0000-0000-0000-000000000001"


def test_table_in_a_schema_and_misspelt(url):
    assert read_table(url, table='old.odd "Name').array("seven").tolist() == [7.0]
    with pytest.raises(OptionError, match=r"customers.*got 'custmers'. Did you mean 'customers'\?"):
        read_table(url, table="custmers")


def test_wrong_query(url, server):
    with pytest.raises(InputError, match=r'relation "nowhere" does not exist') as caught:
        read_table(url, query="SELECT * FROM nowhere")
    message = str(caught.value)
    assert server in message
    assert "\n" not in message
    with pytest.raises(InputError, match="gave the columns a and no rows"):
        read_table(url, table="hollow")


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM customers",
        "INSERT INTO hollow VALUES (1) RETURNING a",
        "CREATE TABLE mine (a int)",
        "SELECT 1; DROP TABLE customers",
        "WITH gone AS (DELETE FROM customers RETURNING *) SELECT * FROM gone",
        "SELECT set_config('transaction_read_only', 'off', false), nextval('nothing')",
    ],
)
def test_nothing_is_ever_written(url, query):
    with pytest.raises((InputError, OptionError)):
        read_table(url, query=query)
    assert read_table(url, table="customers").n_rows == 3
    with pytest.raises(InputError, match="no rows"):
        read_table(url, table="hollow")


def test_neither_or_both(url):
    with pytest.raises(OptionError, match=r"needs --query 'SELECT …' or --table NAME.*neither"):
        read_table(url)
    with pytest.raises(OptionError, match="got both"):
        read_table(url, query="SELECT 1", table="customers")
    with pytest.raises(OptionError, match="sheet is for excel"):
        read_table(url, query="SELECT 1", sheet="May")


def test_wrong_password_is_not_shown(url, server):
    wrong = url.replace(quote(PASSWORD, safe=""), "s3cret-9")
    with pytest.raises(InputError, match="password authentication failed") as caught:
        read_table(wrong, query="SELECT 1")
    assert server in str(caught.value)
    assert "s3cret-9" not in str(caught.value)


def test_no_server_there():
    pytest.importorskip("adbc_driver_postgresql", reason="the extra `postgres` is not installed")
    port = spare_port()
    began = time.monotonic()
    with pytest.raises(InputError, match=rf"127.0.0.1:{port}/shop.*refused") as caught:
        read_table(f"postgres://me:s3cret-9@127.0.0.1:{port}/shop", query="SELECT 1")
    assert "s3cret-9" not in str(caught.value)
    assert time.monotonic() - began < 15
    with pytest.raises(InputError, match=r"no-such-host.invalid/shop"):
        read_table("postgresql://me@no-such-host.invalid/shop", query="SELECT 1")


def test_a_server_that_never_answers():
    pytest.importorskip("adbc_driver_postgresql", reason="the extra `postgres` is not installed")
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen(1)
        port = mute.getsockname()[1]
        url = f"postgresql://me@127.0.0.1:{port}/shop?connect_timeout=2"
        with pytest.raises(InputError, match=rf"127.0.0.1:{port}/shop.*timeout"):
            read_table(url, query="SELECT 1")


def test_a_url_that_is_none():
    with pytest.raises(InputError, match="must be postgresql://user:password@host") as caught:
        read_table("postgresql://me:s3cret-9@host:port/shop", query="SELECT 1")
    assert "s3cret-9" not in str(caught.value)


def test_without_the_driver(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "adbc_driver_postgresql", None)
    monkeypatch.setitem(sys.modules, "adbc_driver_postgresql.dbapi", None)
    with pytest.raises(MissingExtraError, match=r"covey\[postgres\]"):
        read_table("postgresql://127.0.0.1/shop", query="SELECT 1")
