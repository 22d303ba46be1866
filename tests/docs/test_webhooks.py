"""docs/webhooks.md in both languages: its table is the code's, and its example checks what the code signs."""

import base64
import json
import re
import shutil
import subprocess
from datetime import UTC, datetime
from uuid import UUID

import pytest
import time_machine

from app.webhooks.rules.events import EVENTS, EXTRA, write_body, write_data
from app.webhooks.rules.signing import headers, write_secret
from tests.docs.markdown import blocks, read, table_after

DOCUMENTS = {"en": read("docs/webhooks.md"), "zh": read("docs/webhooks.zh-CN.md")}
AT = datetime(2026, 6, 15, 2, tzinfo=UTC)


@pytest.mark.parametrize("language", DOCUMENTS)
def test_the_table_of_events_is_the_codes(language):
    rows = [list(row.values()) for row in table_after(DOCUMENTS[language], "events")]
    told = {type_.strip("`"): (means, tuple(re.findall(r"\w+", fields))) for type_, means, fields in rows}
    assert told == {name: (getattr(each, language), each.fields) for name, each in EVENTS.items()}
    assert all(f"`{name}`" in DOCUMENTS[language] for name in EXTRA)


@pytest.mark.parametrize("language", DOCUMENTS)
def test_the_python_example_takes_what_we_sign_and_nothing_else(language):
    [example] = [block for block in blocks(DOCUMENTS[language]) if (block.language, block.words) == ("python", "run")]
    names: dict[str, object] = {}
    exec(compile(example.text, "docs/webhooks.md", "exec"), names)
    check = names["is_from_linli"]
    old, new = write_secret(bytes(32)), write_secret(bytes(range(32)))
    body = '{"type":"test.ping","points":"五十"}'
    sent = headers(event_id=UUID(int=7), at=AT, body=body, secrets=[new, old])
    with time_machine.travel(AT, tick=False):
        assert check(new, sent, body.encode())
        assert check(old, sent, body.encode())
        assert not check(new, sent, body.encode() + b" ")
        assert not check(new, dict(sent) | {"webhook-id": "msg_2"}, body.encode())
        assert not check(write_secret(bytes([9] * 32)), sent, body.encode())
    with time_machine.travel(AT.timestamp() + 301, tick=False):
        assert not check(new, sent, body.encode())


@pytest.mark.parametrize("language", DOCUMENTS)
def test_the_example_is_signed_with_the_secret_that_stands_beside_it(language):
    text = DOCUMENTS[language]
    secret = re.search(r"`(whsec_[^`…]+)`", text)[1]
    told = dict(re.findall(r"^    (webhook-[a-z]+): (.+)$", text, re.MULTILINE))
    body = re.search(r"^    (\{.+\})$", text, re.MULTILINE)[1]
    id_ = UUID(told["webhook-id"].removeprefix("msg_"))
    assert {"content-type": "application/json"} | told == headers(event_id=id_, at=AT, body=body, secrets=[secret])


JAVA = """
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public class Hears {
    %s
    public static void main(String[] given) throws Exception {
        byte[] body = Base64.getDecoder().decode(given[4]);
        System.out.println(isFromLinli(given[0], given[1], given[2], given[3], body));
    }
}
"""


@pytest.mark.skipif(not shutil.which("javac"), reason="needs a JDK")
def test_the_java_example_takes_what_we_sign_and_nothing_else(tmp_path):
    [example] = {block.text for text in DOCUMENTS.values() for block in blocks(text) if block.language == "java"}
    (tmp_path / "Hears.java").write_text(JAVA % example, encoding="utf-8")
    old, new, body = write_secret(bytes(32)), write_secret(bytes(range(32))), '{"points":"五十"}'
    sent = headers(event_id=UUID(int=7), at=datetime.now(UTC), body=body, secrets=[new, old])
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")

    def says(secret, content):
        given = [secret, *(sent[name] for name in names), base64.b64encode(content.encode()).decode()]
        command = ["java", "-XX:TieredStopAtLevel=1", "Hears.java", *given]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60)
        return done.stdout.strip()

    assert says(old, body) == "true"
    assert says(new, body + " ") == "false"


@pytest.mark.parametrize("language", DOCUMENTS)
def test_the_examples_of_events_could_be_ours(language):
    [block] = [block for block in blocks(DOCUMENTS[language]) if block.language == "json"]
    lines = block.text.splitlines()
    for line in lines:
        event = json.loads(line)
        plain = write_data(event["type"], event["data"])
        at = datetime.fromisoformat(event["timestamp"])
        assert write_body(event["type"], plain, at) == line
    assert {json.loads(line)["type"].split(".")[0] for line in lines} >= {"settlement", "dispute", "offer", "terminal"}
