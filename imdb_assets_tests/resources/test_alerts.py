import pytest
from pytest_httpserver import HTTPServer

from imdb_assets.resources.alerts import AlertNotSent, Alerts


def test_an_unreachable_webhook_raises_one_sentence_without_its_address(free_port: int) -> None:
    alerts = Alerts(webhook_url=f"http://127.0.0.1:{free_port}/secret")
    with pytest.raises(AlertNotSent, match=r"could not be reached .* check ALERT_WEBHOOK_URL") as refused:
        alerts.post("text")
    assert "secret" not in f"{refused.value} {alerts!r}"


def test_a_webhook_error_raises_one_sentence_with_the_status() -> None:
    with HTTPServer(host="127.0.0.1", port=0) as server:
        server.expect_request("/secret").respond_with_data("no", status=403)
        with pytest.raises(AlertNotSent, match="returned HTTP status 403; check ALERT_WEBHOOK_URL") as refused:
            Alerts(webhook_url=server.url_for("/secret")).post("text")
    assert "secret" not in str(refused.value)


def test_a_webhook_that_redirects_is_an_error_and_nothing_goes_to_the_other_address() -> None:
    with HTTPServer(host="127.0.0.1", port=0) as server:
        server.expect_request("/secret").respond_with_data(status=307, headers={"Location": server.url_for("/other")})
        with pytest.raises(AlertNotSent, match="returned HTTP status 307; check ALERT_WEBHOOK_URL"):
            Alerts(webhook_url=server.url_for("/secret")).post("text")
        assert [request.path for request, _ in server.log] == ["/secret"]
