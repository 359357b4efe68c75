"""The workspace switch offers what the person may see, and nothing where there is no choice."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["admin", "outsider"])
def test_somebody_of_both_worlds_may_switch(worlds, people, web, name):
    html = web(people[name]).get("/").content.decode()
    assert 'popovertarget="workspaces"' in html
    assert f'href="/w/{worlds.there.workspace}/"' in html


def test_somebody_of_one_world_has_no_switch(worlds, people, web):
    html = web(people.reader).get("/").content.decode()
    assert 'popovertarget="workspaces"' not in html
    assert worlds.there.workspace not in html


def test_links_of_the_frame_stay_in_the_workspace(worlds, people, web):
    name = worlds.there.workspace
    html = web(people.outsider).get(f"/w/{name}/").content.decode()
    assert f'href="/w/{name}/experiments/"' in html
    assert f'aria-label="Workspace {name}, change"' in html


def test_a_hidden_workspace_is_not_found_and_named_nowhere(worlds, people, web):
    answer = web(people.reader).get(f"/w/{worlds.there.workspace}/")
    assert answer.status_code == 404
