"""What lies in deploy/ agrees with the settings, with the guide, and with itself."""

import re

import pytest
import yaml

from mlplatform import wheel
from mlplatform.middleware import ARTIFACTS
from tests.support import compose
from tests.support.compose import DEPLOY, OURS, WEBS
from tests.support.session import CHECKOUT

# Of other programs, and of compose.yaml itself.
FOREIGN = {
    "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION", "POSTGRES_PASSWORD",
    "HTTP_PORT", "PLATFORM_IMAGE", "RUNNER_IMAGE",
}  # fmt: skip
OF_THE_IMAGE = {"PATH", "HOME", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "PROMETHEUS_MULTIPROC_DIR"}
COMPOSE = (DEPLOY / "compose.yaml").read_text()
NGINX = (DEPLOY / "nginx.conf").read_text()
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()


@pytest.fixture(scope="module")
def services():
    secrets = {name: "x" for name, value in compose.example().items() if not value}
    return compose.services({**compose.example(), **secrets})


def documented():
    return set(re.findall(r"`((?:MLPLATFORM|DATABASE|REDIS)_[A-Z0-9_]+)`", (CHECKOUT / "docs/configuration.md").read_text()))


def test_every_variable_of_the_containers_is_one_that_the_platform_reads(services):
    told = {name for service in (*OURS, "prepare") for name in services[service]["environment"]}
    assert told - FOREIGN - documented() == set()
    assert set(compose.image()) - OF_THE_IMAGE - documented() == set()


def test_what_may_be_set_and_what_the_example_names_is_the_same():
    assert set(re.findall(r"\$\{(\w+)", COMPOSE)) == set(compose.example())


def test_the_example_alone_says_what_is_missing():
    with pytest.raises(AssertionError, match="must be set"):
        compose.services(compose.example())


def test_the_example_holds_no_secret():
    assert [name for name, value in compose.example().items() if value and re.search(r"PASSWORD|SECRET|_KEY$|KEYS", name)] == []


def test_nginx_knows_the_webs_by_the_addresses_that_they_have(services):
    told = re.findall(r"server ([\d.]+):8000", NGINX)
    assert told == [services[name]["networks"]["front"]["ipv4_address"] for name in WEBS]


def test_the_platform_trusts_nginx_and_nobody_else(services):
    address = services["nginx"]["networks"]["front"]["ipv4_address"]
    assert {services[name]["environment"]["MLPLATFORM_TRUSTED_PROXIES"] for name in OURS} == {address}


def test_the_port_of_nginx_is_the_one_that_is_published_and_that_jobs_call(services):
    (port,) = re.findall(r"^ +listen (\d+);", NGINX, re.MULTILINE)
    assert services["nginx"]["ports"] == [f"8000:{port}"]
    assert services["runner"]["environment"]["MLPLATFORM_INTERNAL_URL"] == f"http://nginx:{port}"


def test_nginx_passes_artifacts_of_any_size_on_while_they_arrive():
    open_ways = re.findall(r"location (\S+) \{\s+include /etc/nginx/artifacts.conf;", NGINX)
    assert sorted(open_ways) == sorted(ARTIFACTS)
    for line in ("client_max_body_size 0;", "proxy_request_buffering off;", "proxy_read_timeout 600s;"):
        assert line in (DEPLOY / "artifacts.conf").read_text()


def test_no_container_of_the_platform_has_more_rights_than_it_needs(services):
    for name in (*OURS, "prepare", "nginx"):
        service = services[name]
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
        assert "no-new-privileges:true" in service["security_opt"]
        assert "user" not in service
    assert re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE)[-1] == "10001:10001"


def test_only_the_runner_may_make_namespaces(services):
    assert [name for name, service in services.items() if "seccomp=unconfined" in service.get("security_opt", [])] == ["runner"]


def test_every_container_has_a_health_check_limits_and_its_data_in_a_named_volume(services):
    volumes = yaml.safe_load(COMPOSE)["volumes"]
    for name, service in services.items():
        assert service["healthcheck"], name
        assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}
        mounted = [mount.split(":")[0] for mount in service.get("volumes", []) if not mount.startswith("./")]
        assert set(mounted) <= set(volumes)
        assert mounted or name == "nginx"


def test_only_one_container_has_the_clock_and_only_the_worker_the_key_of_the_audit(services):
    assert [name for name, service in services.items() if "--beat" in service.get("command", [])] == ["beat"]
    holders = [name for name, service in services.items() if "MLPLATFORM_AUDIT_KEY" in service.get("environment", {})]
    assert holders == ["worker"]


def test_each_stop_waits_longer_than_requests_may_take(services):
    for name in WEBS:
        grace = int(services[name]["stop_grace_period"].removesuffix("s"))
        assert grace > int(services[name]["environment"]["MLPLATFORM_GRACEFUL_SECONDS"])


def test_the_image_is_built_of_files_that_exist_and_are_sent():
    sent = {line[1:] for line in (CHECKOUT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    names = [name for line in copied for name in line.split()]
    assert {"mlplatform", "apps", "templates", "static", "manage.py", wheel.SOURCE.name} <= set(names)
    for name in names:
        assert (CHECKOUT / name).exists(), name
        assert name.split("/")[0] in sent, name


def test_packages_of_the_image_are_checked_against_their_hashes():
    assert "--require-hashes" in DOCKERFILE
    assert "--ignore-scripts" in DOCKERFILE
