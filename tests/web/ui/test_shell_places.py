"""The frame shows places that exist and that the person may open, and nothing else."""

from types import ModuleType, SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import clear_url_caches, include, path

from apps.web import shell

BUILT = ["home", "experiments", "models", "admin", "profile", "suggest", "logout"]


@pytest.fixture
def site(settings):
    """Addresses of a site where only some subjects are built."""
    web = ModuleType("some_web_urls")
    web.app_name = "web"
    web.urlpatterns = [path("" if name == "home" else f"{name}/", lambda request: HttpResponse(), name=name) for name in BUILT]
    root = ModuleType("some_urls")
    root.urlpatterns = [path("", include(web))]
    settings.ROOT_URLCONF = root
    yield
    clear_url_caches()


def frame(address="/", **facts):
    request = RequestFactory().get(address)
    person = {"is_authenticated": True, "is_admin": False, "theme": "dark", "nav": "slim", **facts}
    request.user = SimpleNamespace(**person)
    return shell.build(request)


def names(links):
    return [link.name.removeprefix("web:") for link in links]


def test_a_place_that_is_not_built_is_not_shown(site):
    assert names(frame().places) == ["home", "experiments", "models"]
    assert set(frame().urls) == {"suggest", "logout", "home"}


def test_administration_is_shown_to_administrators(site):
    assert "admin" not in names(frame().foot)
    assert "admin" in names(frame(is_admin=True).foot)


@pytest.mark.parametrize(
    ("address", "current"),
    [("/", "home"), ("/experiments/7/", "experiments"), ("/runs/a3f6/charts/", "experiments"), ("/models/card-fraud/", "models")],
)
def test_one_place_is_the_current_one(site, address, current):
    assert [link.name for link in frame(address).places if link.current] == [f"web:{current}"]


def test_a_page_of_no_place_has_no_current_one(site):
    assert not any(link.current for link in frame("/settings/profile/").places)


def test_the_frame_wears_what_the_person_chose(site):
    chosen = frame()
    assert (chosen.theme, chosen.nav) == ("dark", "slim")


def test_nobody_sees_no_places(site):
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    seen = shell.build(request)
    assert not seen.places
    assert not seen.account
    assert seen.theme == "auto"


def test_a_phone_has_four_places_and_the_rest_behind_more(site):
    assert names(frame().tabbar) == ["home", "experiments", "models"]
    assert len(shell.Shell(places=[shell.Link(str(at), "", "", "", on_tabbar=True) for at in range(9)]).tabbar) == 4
