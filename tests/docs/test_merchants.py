"""docs/merchants.md: its examples are run and sign alike, the application takes them, its tables are the code's."""

import base64
import hashlib
import re
import shutil
import subprocess
import sys

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from app.infra.vault import vault
from app.kernel.signed import Algorithm
from app.merchants import service, terms
from app.merchants.models import Branch, Terminal, TerminalKey
from app.web import problems, signatures
from app.web import refusals as edge
from tests.docs.markdown import blocks, read, table_after
from tests.points.conftest import acts, ledger

__all__ = ["acts", "ledger"]

DOCUMENTS = ("docs/merchants.md", "docs/merchants.zh-CN.md")
TEXT = read(DOCUMENTS[0])
VECTOR = {row["name"]: row["value"] for row in table_after(TEXT, "vector")}
KEY = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(VECTOR["private key (seed, hex)"]))
SIGNED = (
    f'LINLI-ED25519 serial="{VECTOR["serial"]}",nonce="{VECTOR["nonce"]}",'
    f'timestamp="{VECTOR["timestamp"]}",signature="{VECTOR["signature (Ed25519)"]}"'
)


def example(document: str, language: str, words: str = "") -> str:
    found = [block.text for block in blocks(read(document)) if (block.language, block.words) == (language, words)]
    (text,) = found
    return text


def run(command: list[str], folder, given: str | None = None) -> str:
    done = subprocess.run(command, cwd=folder, input=given, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_example_in_python_signs_so(tmp_path):
    assert run([sys.executable, "-"], tmp_path, example(DOCUMENTS[0], "python")).strip() == SIGNED


@pytest.mark.skipif(not shutil.which("openssl"), reason="needs openssl")
def test_the_example_in_curl_signs_so(tmp_path):
    """In place of curl stands what says how it was called."""
    key = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "till.pem").write_bytes(key)
    called = run(
        ["bash", "-eu"], tmp_path, "curl() { printf '%s\\n' \"$@\"; }\n" + example(DOCUMENTS[0], "bash")
    ).splitlines()
    assert f"Authorization: {SIGNED}" in called
    assert f"https://linli.example{VECTOR['target']}" in called
    assert (tmp_path / "body.json").read_text() == VECTOR["body"]


def test_the_example_in_java_signs_so(tmp_path):
    """Run where there is a JDK; its text and the vector are compared anywhere."""
    source = example(DOCUMENTS[0], "java")
    for value in (VECTOR["serial"], VECTOR["private key (seed, hex)"], VECTOR["target"], VECTOR["nonce"]):
        assert value in source
    assert VECTOR["body"].replace('"', '\\"') in source
    if shutil.which("javac"):
        (tmp_path / "Till.java").write_text(source, encoding="utf-8")
        assert run(["java", "Till.java"], tmp_path).strip() == SIGNED


def test_the_examples_are_the_same_in_both_languages():
    codes = [[block.text for block in blocks(read(document)) if block.language != "text"] for document in DOCUMENTS]
    assert codes[0] == codes[1]
    assert len(codes[0]) == 3


def by_rfc_9421(document: str) -> dict[str, str]:
    """The headers that the example of RFC 9421 sends, by their names."""
    return dict(line.split(": ", 1) for line in example(document, "text", "sent").splitlines())


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_example_of_rfc_9421_signs_its_lines(document):
    base, sent = example(document, "text", "base").removesuffix("\n"), by_rfc_9421(document)
    assert sent["Signature"] == f"sig1=:{base64.b64encode(KEY.sign(base.encode())).decode()}:"
    lines = dict(line.split(": ", 1) for line in base.splitlines())
    assert lines['"@signature-params"'] == sent["Signature-Input"].removeprefix("sig1=")
    digest = base64.b64encode(hashlib.sha256(VECTOR["body"].encode()).digest()).decode()
    assert lines['"content-digest"'] == sent["Content-Digest"] == f"sha-256=:{digest}:"
    assert (lines['"@method"'], lines['"@path"'], lines['"@query"']) == (VECTOR["method"], VECTOR["target"], "?")


@pytest.mark.parametrize("way", [Algorithm.ED25519, Algorithm.HMAC_SHA256, "RFC 9421"])
def test_the_application_takes_what_the_examples_send(client, acts, way):
    algorithm = way if isinstance(way, Algorithm) else Algorithm.ED25519
    shop = service.open_shop(acts.uow, book=acts.book.code, name="面馆", street="忠义街")
    branch = acts.uow.session.get_one(Branch, shop.id)
    shares = algorithm is Algorithm.HMAC_SHA256
    till = Terminal(id=acts.uow.new_id(), branch_id=branch.id, name="x", low_tier=shares, opened_at=acts.uow.now)
    acts.uow.session.add(till)
    acts.uow.session.flush()
    public = KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    context = f"merchants.terminal_keys.material:{VECTOR['serial']}"
    material = vault().seal(VECTOR["HMAC secret (hex)"], context=context) if shares else public
    key = TerminalKey(
        serial=VECTOR["serial"], terminal_id=till.id, algorithm=algorithm, material=material, valid_from=acts.uow.now
    )
    acts.uow.session.add(key)
    acts.uow.session.flush()
    header = SIGNED
    if shares:
        header = header.replace("ED25519", "HMAC-SHA256")
        header = header.replace(VECTOR["signature (Ed25519)"], VECTOR["signature (HMAC)"])
    signed = {"Authorization": header} if way is algorithm else by_rfc_9421(DOCUMENTS[0])
    sent = {**signed, "Linli-Demo-Clock": "2026-06-15T10:00:00+08:00"}
    answer = client.post(VECTOR["target"], data=VECTOR["body"], content_type="application/json", headers=sent)
    assert (answer.status_code, answer.json["code"]) == (404, "merchants.gift_code_not_good")  # let in: no such gift
    assert len(base64.b64decode(VECTOR["signature (Ed25519)"])) == 64


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_schemes_are_the_codes(document):
    rows = table_after(read(document), "algorithms")
    columns = list(rows[0])
    named = {row[columns[0]]: row[columns[1]] for row in rows}
    assert named == {scheme: str(algorithm) for scheme, algorithm in signatures.SCHEMES.items()}
    low = rows[2][columns[3]]
    for number in (terms.LOW_TIER_POINTS_MAX, terms.LOW_TIER_DAY_POINTS_MAX):
        assert f"{number:,}" in low or str(number) in low


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_refusals_are_the_codes(document):
    classes = {cls.code: cls for cls in vars(edge).values() if isinstance(cls, type) and hasattr(cls, "code")}
    rows = table_after(read(document), "refusals")
    assert len(rows) == 8
    for row in rows:
        status, code, *_ = row.values()
        assert problems.status_of_class(classes[code]) == int(status), code


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_route_that_is_named_is_there_and_both_languages_show_one_vector(client, document):
    paths = client.get("/openapi.json").json["paths"]
    asked = re.findall(r"`?(GET|POST) (/v1/[^` \n]+)", read(document))
    assert len(asked) >= 5
    for method, path in asked:
        assert method.lower() in paths.get(path, {}), path
    assert {row[name] for row in table_after(read(document), "vector") for name in [list(row)[1]]} == set(
        VECTOR.values()
    )
