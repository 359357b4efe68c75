"""What the tests stand on is real: each service answers, dies with its session, and can be crashed."""

import os
import signal
import subprocess
import sys
import time
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.support import processes, s3
from tests.support.postgres import execute, shared_url


def test_postgresql_is_real_and_durable(own_postgres):
    url = own_postgres.new_database("one")
    execute(url, "CREATE TABLE t AS SELECT 1 AS a")
    own_postgres.stop(signal.SIGQUIT)
    own_postgres.start()
    assert execute(url, "SELECT a FROM t") == [(1,)]
    assert own_postgres.sql("SHOW fsync") == [("on",)]


def test_postgresql_comes_back_after_its_postmaster_was_killed(own_postgres):
    own_postgres.stop(signal.SIGKILL)
    own_postgres.start()
    assert own_postgres.sql("SELECT 1") == [(1,)]


def test_the_shared_cluster_is_one_for_all_workers():
    assert execute(shared_url("postgres"), "SELECT 1") == execute(shared_url("postgres"), "SELECT 1")


def test_valkey_keeps_what_it_was_told_when_it_is_killed(own_valkey):
    own_valkey.client().set("a", "1")
    time.sleep(1.1)  # appendfsync everysec
    own_valkey.stop(signal.SIGKILL)
    own_valkey.start()
    assert own_valkey.client().get("a") == b"1"


def test_s3_checks_signatures(s3_environment):
    bucket = s3.new_bucket(s3_environment, "signatures")
    client = s3.client(s3_environment)
    client.put_object(Bucket=bucket, Key="k", Body=b"bytes")
    address = client.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "k"})
    assert urlopen(address).read() == b"bytes"
    with pytest.raises(HTTPError) as refused:
        urlopen(address + "0")
    assert refused.value.code == 403


WITHOUT_A_BROWSER = """
from playwright.sync_api import sync_playwright
from tests.support import chromium

with sync_playwright() as play:
    browser = play.chromium.launch(**chromium.packaged().launch_options())
    page = browser.new_context(locale="en-US").new_page()
    page.set_content("<p id=a></p><script>a.textContent = (1234.5).toLocaleString()</script>")
    print(page.inner_text("#a"))
    browser.close()
"""


def test_a_machine_without_a_browser_gets_one_from_npm():
    """In a process of its own: two drivers do not run in one, and this worker's may be running already."""
    done = subprocess.run([sys.executable, "-c", WITHOUT_A_BROWSER], capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout.strip() == "1,234.5", done.stderr


def test_services_die_with_their_session(tmp_path):
    script = (
        "import sys, time; from pathlib import Path; from tests.support import processes\n"
        f"print(processes.start_leashed(['sleep', '600'], Path({str(tmp_path / 'log')!r})), flush=True); time.sleep(600)"
    )
    env = {name: value for name, value in os.environ.items() if not name.startswith("MLPLATFORM_TEST")}
    owner = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, env=env, text=True)
    leash = int(owner.stdout.readline())
    processes.wait_for(lambda: processes.children(leash), 5, "sleep")
    sleeper = processes.children(leash)[0]
    owner.kill()
    owner.wait()
    processes.wait_for(lambda: not processes.alive(sleeper) and not processes.alive(leash), 5, "their end")
