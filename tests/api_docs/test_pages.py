import re

import pytest

from app.api_docs.problems import catalogue


@pytest.mark.parametrize("path", ["/docs", "/docs/problems", "/docs/static/docs.css", "/docs/static/docs.js"])
def test_pages_work_without_the_internet(client, path):
    answer = client.get(path)
    answer.get_data()
    answer.close()
    assert answer.status_code == 200
    assert not re.search(r"(?:https?:)?//[a-z]", answer.text.replace("http://www.w3.org", ""))
    if path.startswith("/docs/static"):
        return
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert 'name="viewport"' in answer.text
    assert not re.search(r"<script>|<style>| on\w+=| style=", answer.text)
    for address in re.findall(r'(?:src|href)="([^"#]+)"', answer.text):
        with client.get(address) as linked:
            assert linked.status_code == 200, address


def test_the_type_of_a_problem_leads_to_its_explanation(client):
    problem = client.get("/v1/me", headers={"Accept-Language": "en"}).json
    page, anchor = problem["type"].split("#")
    assert f'id="{anchor}"' in client.get(page).text


def test_every_refusal_is_explained_in_both_languages(client):
    text = client.get("/docs/problems").text
    found = catalogue()
    assert found
    for cls in found:
        assert f'id="{cls.code}"' in text
    assert "请先登录" in text
    assert "Sign in first" in text
