"""What the run table asks for: rows, columns, completion, CSV, and what is done to many runs at once."""

import csv
import io
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.experiments.records import Batch, MetricInput, Tag
from apps.experiments.services import batches, runs

JSON = {"Accept": "application/json"}


@pytest.fixture
def table(web, people, worlds):
    """An experiment with runs a (loss 3, lr 10), b (2, 9) and c (1, none); c is nested below a."""
    client, number = web(people.manager), worlds.here.experiment_id
    for run_id in worlds.here.run_ids:
        runs.delete_run(people.manager.actor, run_id)
    return Table(client, number, people.manager.actor)


class Table:
    """One person's view of one experiment."""

    def __init__(self, client, number, actor):
        self.client, self.number, self.actor = client, number, actor
        self.ids = {}
        self.add("a", loss=3.0, lr="10")
        self.add("b", loss=2.0, lr="9")
        self.add("c", loss=1.0, parent=self.ids["a"])

    def add(self, name, loss, lr="", parent=""):
        """Another run, a second younger than the one before."""
        tags = [Tag("mlflow.parentRunId", parent)] if parent else []
        new = runs.NewRun(self.number, name, start_time=1_780_000_000_000 + 1000 * len(self.ids), tags=tags)
        self.ids[name] = runs.create_run(self.actor, new).run_id
        params = [Tag("lr", lr)] if lr else []
        batches.log_batch(self.actor, self.ids[name], Batch([MetricInput("loss", loss, 1)], params))

    def get(self, what="rows/", **query):
        """The answer of one of its addresses."""
        return self.client.get(f"/experiments/{self.number}/{what}?{urlencode(query)}", headers=JSON)

    def names(self, **query):
        """Names of the rows."""
        return [row["name"] for row in self.get(**query).json()["rows"]]

    def act(self, act, *names, **fields):
        """Do something to runs."""
        ids = ",".join(self.ids.get(name, name) for name in names)
        return self.client.post(f"/experiments/{self.number}/runs/act/", {"act": act, "runs": ids, **fields}, headers=JSON)


def test_rows_come_newest_first_with_the_chosen_columns_alone(table):
    answer = table.get(columns="metrics.loss").json()
    assert [row["name"] for row in answer["rows"]] == ["c", "b", "a"]
    assert answer["rows"][2]["m"] == {"loss": 3.0}
    assert answer["rows"][2]["p"] == {}
    assert (answer["matching"], answer["total"], answer["better"]) == (3, 3, {"loss": -1})


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("metrics.loss", "cba"),
        ("-metrics.loss", "abc"),
        ("params.lr", "bac"),
        ("-params.lr", "abc"),
        ("name", "abc"),
        ("-started", "cba"),
        ("duration,name", "abc"),
    ],
)
def test_every_column_sorts_numbers_as_numbers_and_missing_last(table, sort, names):
    assert "".join(table.names(sort=sort)) == names


def test_pages_follow_each_other_in_both_ways_of_paging(table):
    for sort in ("", "metrics.loss"):
        seen, token = [], ""
        while True:
            answer = table.get(sort=sort, limit=1, page=token).json()
            seen += [row["name"] for row in answer["rows"]]
            token = answer["next"]
            if not token:
                break
        assert seen == ["c", "b", "a"]


def test_the_filter_narrows_rows_and_count(table):
    answer = table.get(filter="metrics.loss > 1.5").json()
    assert [row["name"] for row in answer["rows"]] == ["b", "a"]
    assert (answer["matching"], answer["total"]) == (2, 3)


def test_an_error_of_the_filter_says_where(table):
    answer = table.get(filter="metrics.loss > x")
    assert answer.status_code == 400
    assert {"at": 15, "length": 1}.items() <= answer.json().items()


def test_the_tree_shows_roots_and_asks_for_the_runs_below(table):
    answer = table.get(tree="1").json()
    assert [(row["name"], row["children"]) for row in answer["rows"]] == [("b", 0), ("a", 1)]
    assert table.names(tree="1", parent=table.ids["a"]) == ["c"]


def test_a_run_whose_parent_does_not_match_stands_on_the_first_level(table):
    assert table.names(tree="1", filter="metrics.loss < 1.5") == ["c"]


def test_what_is_unchanged_is_not_sent_again(table):
    etag = table.get()["ETag"]
    path = f"/experiments/{table.number}/rows/"
    assert table.client.get(path, headers=JSON | {"If-None-Match": etag}).status_code == 304
    table.add("d", loss=0.5)
    assert table.client.get(path, headers=JSON | {"If-None-Match": etag}).status_code == 200


@pytest.mark.parametrize("query", ["limit=x", "sort=wrong", "page=abc", "limit=99999999999", "columns=metrics.", "filter=%00"])
def test_odd_questions_are_answered(table, query):
    assert table.client.get(f"/experiments/{table.number}/rows/?{query}", headers=JSON).status_code in {200, 400}


def test_twelve_rows_take_no_more_statements_than_two(table):
    def statements():
        with CaptureQueriesContext(connection) as queries:
            table.get(columns="metrics.loss,params.lr,tags.x", tree="1")
        return len(queries)

    statements()  # numbers of keys are looked up once in a process
    few = statements()
    for number in range(10):
        table.add(f"more {number}", loss=number, lr="1", parent=table.ids["a"])
    assert statements() == few


def test_the_columns_to_choose_from_are_the_keys_in_use(table):
    columns = {column["id"]: column["runs"] for column in table.get("keys/").json()["columns"]}
    assert columns["metrics.loss"] == 3
    assert columns["params.lr"] == 2


def test_the_filter_is_completed_with_real_keys_and_values(table):
    def offered(text):
        groups = table.get("complete/", text=text, at=len(text)).json()["groups"]
        return [(item["text"], item.get("note", "")) for group in groups for item in group["items"]]

    assert ("lr", "2 runs") in offered("params.")
    assert ("10", "1 run") in offered("params.lr = '1")


def test_the_export_has_every_matching_run_with_exact_numbers(table):
    answer = table.get("export.csv", columns="all", filter="metrics.loss >= 2")
    lines = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert [(line["name"], line["metrics.loss"], line["params.lr"]) for line in lines] == [("b", "2.0", "9"), ("a", "3.0", "10")]
    assert lines[0]["start_time"] == "2026-05-28T20:26:41.000+00:00"


def test_a_name_that_is_a_formula_is_exported_as_text(table):
    table.add("=cmd()", loss=0.0)
    lines = b"".join(table.get("export.csv").streaming_content).decode().splitlines()
    assert ",'=cmd()," in lines[1]


def test_many_runs_are_tagged_deleted_and_restored_at_once(table):
    assert table.act("tag", "a", "b", key="sweep", value="7").json() == {"done": [table.ids["a"], table.ids["b"]], "failed": []}
    assert table.names(filter="tags.sweep = '7'") == ["b", "a"]
    table.act("delete", "a", "b")
    assert (table.names(), table.names(show="deleted")[:2]) == (["c"], ["b", "a"])
    table.act("restore", "a", "b")
    assert table.names() == ["c", "b", "a"]


def test_runs_move_to_another_experiment(table, worlds):
    target = table.get("runs/targets/").json()["items"][0]["id"]
    assert table.act("move", "a", to=target).json()["done"] == [table.ids["a"]]
    assert table.names() == ["c", "b"]


def test_what_could_not_be_done_is_said_for_each_run(table):
    answer = table.act("delete", "a", "0" * 32).json()
    assert answer["done"] == [table.ids["a"]]
    assert [failed["run"] for failed in answer["failed"]] == ["0" * 32]


@pytest.mark.parametrize(
    "fields", [{"act": "delete", "runs": ""}, {"act": "explode", "runs": "a"}, {"act": "tag", "runs": "a", "key": ""}]
)
def test_what_makes_no_sense_is_refused_with_words(table, fields):
    fields = fields | {"runs": fields["runs"] and table.ids["a"]}
    answer = table.client.post(f"/experiments/{table.number}/runs/act/", fields, headers=JSON)
    assert answer.status_code == 400
    assert answer.json()["message"]


def test_a_reader_sees_rows_and_changes_nothing(table, web, people):
    table.client = web(people.reader)
    assert table.names() == ["c", "b", "a"]
    assert table.act("delete", "a").status_code == 403
    assert table.act("tag", "a", key="k").status_code == 403


def test_the_chosen_columns_are_remembered_for_the_person(table):
    table.client.post("/settings/preferences/", {f"columns-{table.number}": "metrics.loss,by"})
    page = table.client.get(f"/experiments/{table.number}/").content.decode()
    assert '"columns": ["metrics.loss", "by"]' in page


def test_columns_that_are_too_many_are_not_kept(table):
    answer = table.client.post("/settings/preferences/", {f"columns-{table.number}": "x" * 20_001}, headers=JSON)
    assert answer.status_code == 400


def test_an_experiment_without_runs_shows_lines_to_paste(web, people, api):
    number = api(people.manager).post("experiments/create", {"name": "empty one"}).ok["experiment_id"]
    page = web(people.manager).get(f"/experiments/{number}/").content.decode()
    assert 'mlflow.set_experiment("empty one")' in page.replace("&quot;", '"')
    assert "<run-table>" not in page
