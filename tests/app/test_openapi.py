"""The API's description: valid, complete, and true of the running application."""

import json
import re
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis.strategies._internal import regex
from hypothesis.strategies._internal.lazy import unwrap_strategies
from openapi_spec_validator import validate
from schemathesis import GenerationMode

import app
from app import answers
from app.deflection import event_values, events
from app.deflection.participants import SHORTEST_VISITOR
from app.deflection.people import MOST_EARLIER
from app.models import EVENT_TYPES
from app.ticket_outcomes import OUTCOMES
from app.tickets import LONGEST_BODY, LONGEST_SUBJECT
from app.wording import LONGEST_QUESTION

FILE = Path(app.__file__).parent / "static" / "openapi.json"
DESCRIPTION = json.loads(FILE.read_text(encoding="utf-8"))
SCHEMAS = DESCRIPTION["components"]["schemas"]

SENDING = [
    (path, method, mode)
    for path, methods in DESCRIPTION["paths"].items()
    for method, operation in methods.items()
    for mode in GenerationMode
    # Where nothing is sent, nothing wrong can be.
    if mode is GenerationMode.POSITIVE or operation.keys() & {"parameters", "requestBody"}
]


@pytest.fixture(scope="module")
def kept_classes():
    """A class of 55,000 characters is spelt out once for a pattern, not once for each example."""
    make, kept = regex.base_regex_strategy, {}

    def find_or_make(pattern, *, parsed=None, alphabet):
        key = pattern, None if alphabet is None else unwrap_strategies(alphabet).intervals
        if key not in kept:
            kept[key] = make(pattern, parsed=parsed, alphabet=alphabet)
        return kept[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(regex, "base_regex_strategy", find_or_make)
        yield


@pytest.fixture
def served_schema(sessions, make_client, kept_classes):
    rates = {
        f"rate_{name}": "1000000/minute" for name in ("suggest", "search", "events", "tickets")
    }
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", make_client(**rates).application)


def test_it_is_valid_openapi():
    validate(DESCRIPTION)


def test_every_route_for_programs_is_described_and_nothing_else(client):
    described = {
        (path, method.upper())
        for path, methods in DESCRIPTION["paths"].items()
        for method in methods
    }
    routed = set()
    for rule in client.application.url_map.iter_rules():
        if rule.endpoint.startswith(("api.", "notices.", "ops.")):
            path = re.sub(r"<(?:path:)?(\w+)>", r"{\1}", rule.rule)
            routed |= {(path, method) for method in rule.methods - {"HEAD", "OPTIONS"}}
    assert described == routed


def test_its_limits_are_those_of_the_code():
    question = DESCRIPTION["components"]["parameters"]["Question"]["schema"]
    assert question["maxLength"] == LONGEST_QUESTION
    assert SCHEMAS["Suggestions"]["properties"]["items"]["maxItems"] == answers.MOST_ITEMS
    assert SCHEMAS["SearchResults"]["properties"]["items"]["maxItems"] == answers.MOST_PER_PAGE
    batch = SCHEMAS["EventBatch"]["properties"]
    assert batch["events"]["maxItems"] == events.LARGEST_BATCH
    assert batch["session"]["maxLength"] == events.LONGEST_SESSION
    assert SCHEMAS["Event"]["properties"]["type"]["enum"] == list(EVENT_TYPES)
    assert SCHEMAS["NewTicket"]["properties"]["subject"]["maxLength"] == LONGEST_SUBJECT
    assert SCHEMAS["NewTicket"]["properties"]["body"]["maxLength"] == LONGEST_BODY
    assert SCHEMAS["Outcome"]["properties"]["outcome"]["enum"] == list(OUTCOMES)
    shown = SCHEMAS["ShownValue"]["properties"]
    assert shown["articles"]["maxItems"] == event_values.MOST_ARTICLES
    assert shown["results"]["maximum"] == event_values.MOST_RESULTS
    assert shown["query"]["maxLength"] == event_values.LONGEST_QUERY
    assert shown["via"]["enum"] == [*event_values.SHOWN_VIA, None]
    assert SCHEMAS["NewTicket"]["properties"]["earlier_sessions"]["maxItems"] == MOST_EARLIER
    assert batch["visitor"]["minLength"] == SHORTEST_VISITOR


def test_it_is_served_as_json(client):
    response = client.get("/api/v1/openapi.json")
    assert response.content_type == "application/json"
    assert response.get_json() == DESCRIPTION


@pytest.mark.parametrize(("path", "method", "mode"), SENDING)
def test_whatever_is_sent_the_answer_is_as_described(served_schema, path, method, mode):
    operation = served_schema[path][method]

    @hypothesis_settings(
        max_examples=15,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case):
        case.call_and_validate()

    send()
