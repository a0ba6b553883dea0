"""The page that shows the OpenAPI document: whatever it loads comes from here."""

import re

import pytest
from starlette.testclient import TestClient


@pytest.fixture(scope="module")
def client(lasting_client: TestClient) -> TestClient:
    return lasting_client


def test_the_page_and_all_it_loads_come_from_here(client: TestClient) -> None:
    page = client.get("/docs")
    assert page.status_code == 200
    assert "://" not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(loaded) == 4
    for path in loaded:
        answer = client.get(path)
        assert (answer.status_code, len(answer.content) > 100) == (200, True), path
    assert client.get("/docs/other.js").status_code == 404


def test_the_interface_is_swagger_ui_5_or_newer(client: TestClient) -> None:
    found = re.search(r'PACKAGE_VERSION:"(\d+)\.', client.get("/docs/swagger-ui-bundle.js").text)
    assert found
    assert int(found[1]) >= 5
