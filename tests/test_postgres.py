"""The test PostgreSQL: databases of their own, no port, nothing left behind."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.postgres import PostgresServer, database_name

ROOT = Path(__file__).parent.parent


def test_a_copy_of_a_template_is_a_database_of_its_own(postgres_server: PostgresServer) -> None:
    original = postgres_server.create_database()
    with psycopg.connect(original) as connection:
        connection.execute("CREATE TABLE kept (id INTEGER)")

    copy = postgres_server.create_database(template=database_name(original))
    with psycopg.connect(copy) as connection:
        connection.execute("INSERT INTO kept VALUES (1)")

    with psycopg.connect(original) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    for url in (copy, original):
        postgres_server.drop_database(url)


@pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux tells a child that its parent was killed"
)  # prctl(2)
def test_it_ends_with_a_process_that_is_killed() -> None:
    script = (
        "import sys; from tests.postgres import PostgresServer; server = PostgresServer(); "
        "server.start(durable=True); print(server.directory, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        directory = Path(owner.stdout.readline().strip())
        server = os.pidfd_open(int((directory / "data" / "postmaster.pid").read_text().split()[0]))
        owner.kill()

    ended, _, _ = select.select([server], [], [], 30)

    os.close(server)
    shutil.rmtree(directory)
    assert ended
