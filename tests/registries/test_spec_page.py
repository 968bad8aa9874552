"""The spec checker's page: a file is pasted or uploaded, its images get their verdicts, changes are taken and undone."""

import json
import logging
import re
from collections.abc import Callable, Collection
from difflib import SequenceMatcher
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.html import escape
from pytest_django import DjangoAssertNumQueries

from console.models import Team, User
from registries.forms.spec import LIMIT_BYTES
from registries.spec_checks import check_spec
from registries.specs import fixing
from registries.specs.verdicts import Finding, Level, Looked, Rule
from registries.views import spec_lines, spec_words
from registries.views.spec_example import EXAMPLE
from registries.views.spec_lines import MOST_LINES, MOST_MARKED
from tests.browser.diary import tables_holding
from tests.browser.scene import Scene
from tests.registries.flavor_table import OTHER
from tests.registries.test_views import words

People = Callable[[User], Client]
URL = "/teams/northwind/spec-checker/"
IMAGE = "registry.digitalocean.com/northwind/publisher:5"
UNNAMED = f"jobs:\n  publish:\n    uses: container@v1\n    with:\n      image: {IMAGE}\n"
CANARY = "CANARY-spec-1c9e"
FACTS = "sha256:0123456789ab…, 12.3 MB, linux/amd64"


@pytest.fixture
def veras(vera: User, team: Team, signed_in: People) -> Client:
    """The page is for mere members too, so it is mostly a mere member who asks."""
    return signed_in(vera)


@pytest.fixture
def alices(alice: User, team: Team, signed_in: People) -> Client:
    return signed_in(alice)


@pytest.fixture
def scene(team: Team, alice: User) -> Scene:
    scene = Scene(team, alice)
    scene.of_the_example()
    return scene


def check(client: Client, spec: str, **typed: Any) -> Any:
    return client.post(URL, {"spec": spec, **typed})


def fixes(answer: Any) -> dict[str, str]:
    """Return the key of each change that a page offers, by its words."""
    buttons = re.findall(r'name="fix" value="([^"]*)">([^<]*)<', answer.content.decode())
    return {title: key for key, title in buttons}


def carried(answer: Any) -> dict[str, str]:
    """Return what a page of results posts again, whichever of its buttons is pressed."""
    form = answer.context["form"]
    return {"spec": form.text, "file_name": form.file_name, "changes": answer.context["changes"]}


# Asking ------------------------------------------------------------------------------------------------------------------


def test_the_page_asks_for_a_file_and_offers_an_example(veras: Client) -> None:
    asked, example = veras.get(URL), veras.get(URL, {"example": ""})

    assert "YAML, up to 256 KB. Checked in memory and not stored." in words(asked.content)
    assert asked.context["form"].text == ""
    assert escape(EXAMPLE) in example.content.decode()


def test_the_tab_is_the_file_checkers_and_both_pages_lead_to_each_other(veras: Client) -> None:
    tab = f'<a href="{URL}" aria-current="page">Spec checker</a>'

    for page, here, there in (
        (URL, f'<a href="{URL}" aria-current="true">A file</a>', f'<a href="{URL}image/">One image</a>'),
        (f"{URL}image/", f'<a href="{URL}image/" aria-current="true">One image</a>', f'<a href="{URL}">A file</a>'),
    ):
        html = veras.get(page).content.decode()
        assert tab in html
        assert here in html
        assert there in html


# Results -----------------------------------------------------------------------------------------------------------------


def test_a_file_is_judged_in_the_language_of_whoever_reads(veras: Client, scene: Scene, settings: Any) -> None:
    settings.LANGUAGES = [("en", "English"), ("de", "Deutsch")]
    veras.cookies[settings.LANGUAGE_COOKIE_NAME] = "de"

    answer = check(veras, EXAMPLE)

    said, html = words(answer.content), answer.content.decode()
    assert "Keine Registry heißt ghcr-nortwind. Meinten Sie ghcr-northwind?" in said
    assert "<code>ghcr-northwind</code>" in html  # as in English, it is told from the words around it
    assert "Wird acr-vision zugeordnet, aber der letzte Test schlug fehl: " in said
    assert "keine Registry genannt" in said


def test_the_example_gets_the_verdicts_that_the_design_shows(veras: Client, scene: Scene) -> None:
    answer = check(veras, EXAMPLE, file_name="train-ranker.yaml")

    said = words(answer.content)
    assert answer.status_code == 200
    assert "5 steps 2 resolve 2 fail 1 needs a look Checked just now against 8 registries. The file is not stored." in said
    for sentence in (
        "Resolves: Public image. No registry needed.",
        "Resolves: Resolves to gar-training, last checked 4 min ago.",
        "Fails: No registry is called ghcr-nortwind. Did you mean ghcr-northwind?",
        "Fails: Resolves to acr-vision, but its last check failed: sign-in refused.",
        "Needs a look: registry.digitalocean.com is private and this step names no registry. do-registry-prod covers it.",
        "Resolves: fetch line 10 python:3.13-slim",
        "Resolves: train line 18 gar-training",
        "Fails: evaluate line 25 ghcr-nortwind: not found",
        "Fails: detect line 32 acr-vision: sign-in refused",
        "Needs a look: publish line 38 no registry named",
    ):
        assert sentence in said
    assert list(fixes(answer)) == ["Use ghcr-northwind", "Add containerRegistry"]
    marks = re.findall(r'<li id="L(\d+)" class="is-(\w+)">', answer.content.decode())
    assert marks == [("10", "ok"), ("17", "ok"), ("18", "ok"), ("25", "bad"), ("32", "bad"), ("38", "warn")]


def test_names_are_marked_and_the_registry_is_linked(veras: Client, scene: Scene) -> None:
    html = check(veras, EXAMPLE).content.decode()

    assert 'Resolves to <a href="/teams/northwind/containers/gar-training/">gar-training</a>, last' in html
    assert "No registry is called <code>ghcr-nortwind</code>. Did you mean <code>ghcr-northwind</code>?" in html
    assert "<code>registry.digitalocean.com</code> is private" in html


def test_one_of_each_is_said_in_the_singular(veras: Client, team: Team, alice: User) -> None:
    Scene(team, alice).connect("other", "only", OTHER)

    said = words(check(veras, "jobs:\n  one:\n    with:\n      image: python:3.13-slim\n").content)

    assert "1 step 1 resolves Checked just now against 1 registry. The file is not stored." in said


def test_a_team_without_registries_can_check_too(veras: Client) -> None:
    said = words(check(veras, EXAMPLE).content)

    assert "Checked just now. The team has no registries yet. The file is not stored." in said
    assert "No registry is called gar-training." in said


def test_what_is_no_workflow_has_images_and_not_steps(veras: Client) -> None:
    said = words(check(veras, "services:\n  db:\n    image: postgres:16\n").content)

    assert "1 image 1 resolves" in said


def test_a_file_without_an_image_says_so(veras: Client) -> None:
    said = words(check(veras, "a: 1\n").content)

    assert "0 images Checked just now" in said
    assert "No image is named in this file." in said


def test_nothing_in_a_file_becomes_html(veras: Client) -> None:
    file = 'x: "</textarea><script>alert(1)</script>"\njobs:\n  "<s>":\n    image: "<i>"\n'

    html = check(veras, file, file_name="<u>.yaml").content.decode()

    assert re.findall(r"<script>|<[siu]>", html) == []
    assert escape("<u>.yaml") in html


def test_a_long_file_is_shown_where_something_is_said(veras: Client) -> None:
    file = "# nothing\n" * MOST_LINES + UNNAMED + "# nothing\n" * MOST_LINES

    answer = check(veras, file)

    html = answer.content.decode()
    assert html.count('class="ln"') < 50
    assert f'id="L{MOST_LINES + 5}" class="is-warn"' in html
    assert re.findall(r'class="lines__gap">([^<]*)<', html) == ["2991 lines left out", "2994 lines left out"]
    assert answer.context["form"].text == file


def test_images_that_share_a_scalar_as_long_as_the_file_mark_its_first_row_and_its_last(
    veras: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    marked: list[Collection[int]] = []
    mark = spec_lines._marked

    def noted(first: int, last: int) -> Collection[int]:
        marked.append(mark(first, last))
        return marked[-1]

    monkeypatch.setattr(spec_lines, "_marked", noted)
    file = f'b: &b {{image: "{"#".join(chr(10) * 50_000)}a b"}}\njobs:\n'
    file += "".join(f"  job{number}: {{<<: *b, containerRegistry: n{number}}}\n" for number in range(400))

    answer = check(veras, file)

    assert len(answer.context["report"].verdicts) == 401
    assert len(marked) >= 401
    assert sum(map(len, marked)) <= 2 * len(marked)
    long = [row.number for row in answer.context["lines"] if row.kind and row.number <= 50_001]
    assert long == [1, 50_001]


@pytest.mark.parametrize(("rows", "marked"), [(MOST_MARKED, [*range(1, MOST_MARKED + 1)]), (99, [1, 99])])
def test_each_row_of_an_image_is_marked_where_they_are_few(rows: int, marked: list[int], veras: Client) -> None:
    breaks = "\n" * (rows - 1)

    answer = check(veras, f'image: "{breaks}a b"\n')

    assert [row.number for row in answer.context["lines"] if row.kind] == marked


# Changes -----------------------------------------------------------------------------------------------------------------


def test_a_change_is_taken_shown_and_undone(veras: Client, scene: Scene) -> None:
    first = check(veras, EXAMPLE, file_name="train.yaml")

    taken = check(veras, **carried(first), fix=fixes(first)["Use ghcr-northwind"])

    assert taken.context["form"].text == EXAMPLE.replace("ghcr-nortwind", "ghcr-northwind")
    shown = [
        (line.kind, line.before, line.after, line.text.strip()) for line in taken.context["change"] if line.kind != "same"
    ]
    assert shown == [
        ("removed", 25, "", "containerRegistry: ghcr-nortwind"),
        ("added", "", 25, "containerRegistry: ghcr-northwind"),
    ]
    assert "Use ghcr-northwind" not in fixes(taken)
    assert "train.yaml" in words(taken.content)

    second = check(veras, **carried(taken), fix=fixes(taken)["Add containerRegistry"])
    assert "      containerRegistry: do-registry-prod\n" in second.context["form"].text

    undone = check(veras, **carried(second), do="undo")
    assert undone.context["form"].text == taken.context["form"].text
    assert "The change is undone." in words(undone.content)
    again = check(veras, **carried(undone), do="undo")
    assert again.context["form"].text == EXAMPLE
    assert "Last change" not in words(again.content)


def test_a_change_that_is_offered_no_more_changes_nothing(veras: Client, scene: Scene) -> None:
    answer = check(veras, EXAMPLE, fix="no-such-key")

    assert "That change is offered no more" in words(answer.content)
    assert answer.context["form"].text == EXAMPLE


@pytest.mark.parametrize("changes", ["", "{", '[[[0,"gone","not what stands there"]]]'])
def test_where_nothing_can_be_undone_nothing_is(changes: str, veras: Client) -> None:
    answer = check(veras, UNNAMED, do="undo", changes=changes)

    assert "There is nothing to undo in this text." in words(answer.content)
    assert answer.context["form"].text == UNNAMED


def test_a_change_all_over_a_file_can_be_undone_though_it_is_not_shown(veras: Client) -> None:
    file = "a: 1\n" + "#\n" * 1000 + "b: 2\n"
    changes = json.dumps([[[0, "x", "a"], [2005, "y", "b"]]])

    answer = check(veras, file, changes=changes)

    assert "The lines that it changes stand far apart, so they are not shown here." in words(answer.content)
    assert check(veras, file, changes=changes, do="undo").context["form"].text == "x" + file[1:2005] + "y: 2\n"


@pytest.mark.parametrize("end", ["\x85", "\u2028"])
def test_a_change_that_was_tampered_with_has_no_file_compared(
    end: str, veras: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[int] = []

    def matcher(*, a: list[str], b: list[str], **options: Any) -> "SequenceMatcher[str]":
        compared.append(max(len(a), len(b)))
        return SequenceMatcher(a=a, b=b, **options)

    monkeypatch.setattr(fixing, "SequenceMatcher", matcher)
    lines = f"#{end}" * 60_000
    many_parts = [[n, "x", "#"] for n in range(0, 40, len(f"#{end}"))]

    far, many, near = (
        check(veras, f"{lines}b: 1\n", changes=json.dumps([parts])).context["change"]
        for parts in ([[0, "x", "#"], [len(lines), "y", "b"]], many_parts, [[0, "x", "#"], [2, "y", "#"]])
    )

    assert (far, many) == ([], None)
    assert sorted(line.text for line in near if line.kind == "removed") == ["x", "y"]
    assert compared == [5]


def test_a_file_goes_back_to_the_form_as_it_is(alices: Client) -> None:
    answer = check(alices, "\n not: [yaml\n", do="edit", needed_until="2031-02-03", look_up="on", file_name="a.yaml")

    html = answer.content.decode()
    assert answer.status_code == 200
    assert "\n\n not: [yaml\n</textarea>" in html  # The first line break is the one that no browser keeps.
    assert 'value="2031-02-03"' in html
    assert 'value="a.yaml"' in html
    assert re.search(r'<input[^>]*name="look_up"[^>]* checked', html)
    assert "cannot be read" not in html


# Faults ------------------------------------------------------------------------------------------------------------------


def test_a_file_that_cannot_be_read_says_where_and_loses_nothing(veras: Client) -> None:
    file = "jobs:\n  one:\n\timage: python\n"

    answer = check(veras, file, needed_until="2031-02-03")

    html, said = answer.content.decode(), words(answer.content)
    assert answer.status_code == 422
    assert "<title>Error: Spec checker" in html
    assert "Nothing is checked yet: the file cannot be read" in said
    assert '<a href="#id_spec">Line 3: ' in html
    assert '<li id="L3" class="is-bad">' in html
    assert escape(file) in html
    assert 'value="2031-02-03"' in html
    assert 'aria-invalid="true"' in html


def test_a_wrong_day_keeps_the_file_that_was_uploaded(veras: Client) -> None:
    upload = SimpleUploadedFile("train.yaml", UNNAMED.encode())

    answer = veras.post(URL, {"spec": "", "spec_file": upload, "needed_until": "2001-01-01"})

    assert answer.status_code == 422
    assert "Nothing is checked yet: one field needs a change" in words(answer.content)
    assert answer.context["form"].text == UNNAMED
    assert 'value="train.yaml"' in answer.content.decode()


def test_as_much_as_is_promised_can_be_sent_and_more_gets_a_sentence(veras: Client) -> None:
    most = "# " + "a" * (LIMIT_BYTES - 2)

    assert check(veras, most).status_code == 200
    assert veras.post(URL, {"spec_file": SimpleUploadedFile("a.yaml", most.encode())}).status_code == 200
    larger = veras.post(URL, {"spec_file": SimpleUploadedFile("a.yaml", most.encode() + b"a")})
    assert larger.status_code == 422
    assert "This is larger than 256 KB." in words(larger.content)


# Who sees what -----------------------------------------------------------------------------------------------------------


def test_the_way_to_mend_a_registry_is_shown_to_those_who_may_go_it(veras: Client, alices: Client, scene: Scene) -> None:
    link = '<a href="/teams/northwind/containers/acr-vision/edit/#id_password">Replace the secret</a>.'

    assert link in check(alices, EXAMPLE).content.decode()
    assert "/edit/" not in check(veras, EXAMPLE).content.decode()


def test_an_image_without_a_registry_leads_admins_to_the_add_page(veras: Client, alices: Client) -> None:
    answer = check(alices, UNNAMED)

    html = answer.content.decode()
    assert f'form="add" name="ref" value="{IMAGE}">Add a registry' in html
    assert '<form id="add" method="post" action="/teams/northwind/containers/add/"' in html
    assert (
        f"image={IMAGE.replace('/', '%2F').replace(':', '%3A')}"
        in alices.post("/teams/northwind/containers/add/", {"ref": IMAGE}).content.decode()
    )
    assert "Add a registry" not in check(veras, UNNAMED).content.decode()


# What stays --------------------------------------------------------------------------------------------------------------


def test_nothing_of_a_file_stays_anywhere(
    veras: Client, scene: Scene, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = UNNAMED.replace("publisher", f"publisher-{CANARY.lower()}") + f"password: {CANARY}\n"
    with caplog.at_level(logging.DEBUG):
        first = check(veras, file, file_name=f"{CANARY}.yaml")
        check(veras, **carried(first), fix=fixes(first)["Add containerRegistry"])
        check(veras, f"{file}\n\t{CANARY}")

    assert tables_holding(CANARY, CANARY.lower()) == []
    assert not any(CANARY in str(session.get_decoded()) for session in Session.objects.all())
    assert CANARY.lower() not in caplog.text.lower()
    assert "no-store" in first["Cache-Control"]
    assert first.wsgi_request.sensitive_post_parameters == "__ALL__"


def test_a_sentence_repeats_no_password_that_stands_where_an_image_should(veras: Client) -> None:
    html = check(veras, f"jobs:\n  one:\n    image: {CANARY}!\n    containerRegistry: {CANARY} and more\n").content.decode()

    said = re.findall(r'<div class="verdict.*?</div>\s*</div>|<ol class="spec-steps">.*?</ol>', html, re.DOTALL)
    assert len(said) == 2
    assert CANARY not in "".join(said)


def test_the_number_of_queries_is_the_same_for_a_step_and_for_two_hundred(
    veras: Client, scene: Scene, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    steps = EXAMPLE.partition("jobs:\n")[2]
    many = "".join(f"job{n}:\n{steps}" for n in range(40))
    check(veras, EXAMPLE)  # Afterwards the session is known.

    with django_assert_num_queries(QUERIES):
        check(veras, EXAMPLE)
    with django_assert_num_queries(QUERIES):
        assert len(check(veras, many).context["report"].verdicts) == 200


QUERIES = 8


# Looking up --------------------------------------------------------------------------------------------------------------


def test_what_is_asked_is_handed_on(alices: Client, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []

    def look(text: str, connections: Any, **terms: Any) -> Any:
        asked.append(terms)
        return check_spec(text, connections, **{**terms, "look_up": False})

    monkeypatch.setattr("registries.views.spec.check_spec", look)

    answer = check(alices, EXAMPLE, needed_until="2031-02-03", look_up="on")

    [terms] = asked
    assert (terms["look_up"], terms["by"], terms["needed_until"].isoformat()) == (True, alice, "2031-02-03")
    assert "not looked up again" not in words(answer.content)
    html = answer.content.decode()
    assert '<input type="hidden" name="look_up" value="on">' in html
    assert '<input type="hidden" name="needed_until" value="2031-02-03">' in html


def test_nothing_is_looked_up_again_for_a_change(alices: Client, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    first = check(alices, EXAMPLE)
    asked: list[bool] = []

    def look(text: str, connections: Any, **terms: Any) -> Any:
        asked.append(terms["look_up"])
        return check_spec(text, connections, **terms)

    monkeypatch.setattr("registries.views.spec.check_spec", look)

    taken = check(alices, **carried(first), fix=fixes(first)["Use ghcr-northwind"], look_up="on")

    assert asked == [False, False]
    assert "The images were not looked up again after this change." in words(taken.content)
    assert b'name="look_up" value="on"' in taken.content


def test_a_member_may_not_look_up(veras: Client, team: Team) -> None:
    assert b"look_up" not in veras.get(URL).content

    answer = check(veras, UNNAMED, look_up="on")

    assert answer.status_code == 200
    assert b"look_up" not in answer.content
    assert not team.checks.exists()


@pytest.mark.parametrize(("finding", "facts"), [(Rule.FOUND, "sha256:0123456789ab…"), (Rule.LATEST, FACTS)])
def test_what_a_registry_said_stands_under_the_verdict(finding: Rule, facts: str) -> None:
    found = Finding(level=Level.OK, rule=Rule.FOUND, sentence="It is there: linux/amd64, 12.3 MB.")
    looked = Looked(finding=found, digest="sha256:0123456789abcdef", platforms=("linux/amd64",), size_bytes=12_345_678)

    assert spec_words.facts(looked, told=finding is Rule.FOUND) == facts
