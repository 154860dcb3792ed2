"""How easy it was, asked of some with one tap."""

import pytest

from app.models import Event


def rated(sessions):
    with sessions() as session:
        return [
            (each.session, each.article_id, each.value)
            for each in session.query(Event).filter(Event.type == "effort_rated")
        ]


def test_a_tap_is_kept_with_its_step_and_visit(client, sessions):
    data = {"step": "find", "effort": "4", "article_id": "refund", "session": "a-visit"}
    response = client.post("/ko/ease", data=data)
    assert response.status_code == 200
    assert 'name="step" value="solve"' in response.text
    assert rated(sessions) == [("a-visit", "refund", {"step": "find", "effort": 4})]


@pytest.mark.parametrize("change", [{"effort": "6"}, {"effort": "-1"}, {"step": "guess"}])
def test_what_is_no_answer_is_refused(client, sessions, change):
    data = {"step": "person", "effort": "0"} | change
    assert client.post("/en/ease", data=data).status_code == 400
    assert rated(sessions) == []


def test_nothing_is_kept_of_who_wants_no_tracking(client, sessions):
    data = {"step": "person", "effort": "5"}
    assert client.post("/en/ease", data=data, headers={"DNT": "1"}).status_code == 200
    assert rated(sessions) == []


@pytest.mark.parametrize(("percent", "asks"), [(0, False), (100, True)])
def test_only_a_share_is_asked(make_client, sessions, percent, asks):
    client = make_client(effort_percent=percent)
    page = client.get("/en/articles/refund?feedback=thanks").text
    assert ("How easy was it to find this answer?" in page) == asks
    quiet = client.get("/en/articles/refund?feedback=thanks", headers={"DNT": "1"}).text
    assert "How easy" not in quiet


def test_a_vote_belongs_to_the_visit_that_a_script_names(client, sessions):
    data = {"article_id": "refund", "value": "helpful", "session": "a-visit"}
    client.post("/en/feedback", data=data)
    client.post("/en/feedback", data=data, headers={"Sec-GPC": "1"})
    with sessions() as session:
        assert sorted(event.session for event in session.query(Event)) == ["", "a-visit"]
