"""The app in a real browser: each page's main task, on a wide light screen and on a narrow dark one."""

import re
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from imdb_assets_tests.support.browser import add, assert_shown, choose, go_to, rating, settle
from imdb_assets_tests.support.champion import DULL_NAME, GIFTED_DIRECTOR, GIFTED_NAME, HOMONYM_NAME

# By default Streamlit lists the files of pages/ in a sidebar, which must not appear even briefly.
SEEN_NAVIGATION = """
window.seenNavigation = [];
new MutationObserver(() => document.querySelectorAll(
    '[data-testid=stSidebar], [data-testid=stSidebarNav], [data-testid=stExpandSidebarButton], ' +
    '[data-testid=stTopNavSection], [data-testid=stTopNavLink]'
).forEach(element => window.seenNavigation.push(element.dataset.testid))
).observe(document, {childList: true, subtree: true});
"""
pytestmark = [pytest.mark.slow, pytest.mark.needs("chromium")]


def test_no_page_shows_a_second_navigation(address, page):
    page.add_init_script(SEEN_NAVIGATION)
    page.goto(address)
    for name in ("Draft", "Compare", "Scenarios", "Many drafts", "Films", "Model"):
        page.get_by_role("link", name=name, exact=True).click()
        settle(page)
    assert page.evaluate("window.seenNavigation") == []


@pytest.mark.parametrize("path", ["compare", "scenarios"])
def test_the_address_of_a_page_opens_it_with_the_navigation_after_a_start_of_the_app(new_address, page, path):
    page.goto(f"{new_address}/{path}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    for name in ("Draft", "Compare", "Scenarios", "Many drafts", "Films", "Model"):
        expect(page.get_by_role("link", name=name, exact=True)).to_be_visible()


def test_a_user_drafts_a_film_and_shares_it(address, browser, page, tmp_path):
    page.goto(address)
    before = rating(page)
    page.get_by_role("textbox", name="Title").fill("The Lantern Maker")
    page.keyboard.press("Tab")
    choose(page, "Genres", "Drama")
    page.get_by_role("textbox", name="Plot").fill("A quiet, patient film about memory.")
    add(page, "director", GIFTED_NAME)
    add(page, "cast member", "Nobody Yet", is_newcomer=True)
    expect(page.get_by_role("button", name="Nobody Yet (newcomer)")).to_be_visible()
    expect(page.get_by_role("heading", name="Similar released films")).to_be_visible()
    similar = page.get_by_role("link", name=re.compile(r"^Film \d+$"))
    expect(similar).to_have_count(8)
    assert re.fullmatch(r"https://www\.imdb\.com/title/tt\d{7}/", similar.first.get_attribute("href"))
    expect(page.get_by_text(f"Also directed by {GIFTED_NAME}").first).to_be_visible()
    settle(page)
    assert rating(page) > before
    assert_shown(page, tmp_path / "draft.png", charts=4)

    page.get_by_role("button", name="Share").click()
    link = page.get_by_test_id("stCode").inner_text()
    assert f"director={GIFTED_DIRECTOR}" in link
    context = browser.new_context()
    guest = context.new_page()
    guest.goto(link)
    assert rating(guest) == rating(page)
    expect(guest.get_by_role("textbox", name="Title")).to_have_value("The Lantern Maker")
    context.close()


HOSTILE = (
    "<img src=x onerror=alert(1)> **bold** _em_ `code` $x^2$ :smile: :red[x] :material/home: "
    "[link](https://evil.example) https://evil.example www.evil.example a@evil.example"
)


def test_f32_hostile_text_is_shown_as_it_is(address, page, tmp_path):
    # With a known director, the people are a reason, whose sentence names both.
    draft = {"title": HOSTILE, "director": [HOSTILE, GIFTED_DIRECTOR], "year": 2028}
    page.goto(f"{address}/?{urlencode(draft, doseq=True)}")
    rating(page)
    settle(page)
    main = page.get_by_test_id("stMain")
    # The parts of the page appear one after another. Only a word joiner, which shows nothing, is added.
    page.wait_for_function(
        "text => document.querySelector('[data-testid=stMain]').innerText"
        ".replaceAll('\\u2060', '').split(text).length > 3",
        arg=HOSTILE,
    )
    # The page colours text of its own.
    coloured = ".stMarkdownColoredText:text-is('x')"
    for markup in ("a[href*=evil]", "[src=x]", "strong:text('bold')", ".katex", coloured):
        assert main.locator(markup).count() == 0, markup
    assert "\N{SMILING FACE WITH OPEN MOUTH AND SMILING EYES}" not in main.inner_text()
    go_to(page, "Compare")
    expect(page.get_by_test_id("stMetric").first).to_contain_text("A · <img src=x")
    go_to(page, "Scenarios")
    assert page.get_by_test_id("stMain").locator("a[href*=evil], .katex").count() == 0
    page.screenshot(path=tmp_path / "hostile.png", full_page=True)


def test_a_hostile_link_to_scenarios_is_shown_as_it_is(address, browser, tmp_path):
    # A page of its own: Chromium logs an error for a file that Streamlit looks for below an address such as this one.
    context = browser.new_context(viewport={"width": 390, "height": 3000})
    page = context.new_page()
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    newcomers = [f"newcomer:{HOSTILE}", "newcomer:Other"]
    link = {
        "title": HOSTILE, "year": "2028", "try_director": [GIFTED_DIRECTOR, *newcomers], "try_year": [HOSTILE],
        "try_language": [HOSTILE], "rule": [HOSTILE, "newcomers:2"], "rank_by": HOSTILE, HOSTILE: "x",
    }  # fmt: skip
    page.goto(f"{address}/scenarios?{urlencode(link, doseq=True)}")
    expect(page.get_by_text("These parts of the link are invalid and were ignored").first).to_be_visible()
    page.get_by_role("button", name="Find the best").click()
    expect(page.get_by_text(re.compile("Best . of . allowed"))).to_be_visible(timeout=120_000)
    expect(page.locator(".st-key-card_scenario_1")).to_contain_text(GIFTED_NAME)
    settle(page)
    page.screenshot(path=tmp_path / "hostile_scenarios.png", full_page=True)
    main = page.get_by_test_id("stMain")
    assert HOSTILE in main.inner_text().replace("\u2060", "")
    for markup in ("[src=x]", "strong:text-is('bold')", ".katex", ".stMarkdownColoredText:text-is('x')"):
        assert main.locator(markup).count() == 0, markup
    links = main.locator("a[href]").evaluate_all("links => links.map(link => link.href)")
    assert len(links) > 6
    assert not [link for link in links if not link.startswith(address)]
    assert not [url for url in requested if not url.startswith((address, "data:", "blob:", "ws:"))]
    context.close()


def test_a_plot_too_long_for_the_address_is_left_out_of_it(address, page):
    page.goto(address)
    rating(page)
    page.get_by_role("textbox", name="Title").fill("The Lantern Maker")
    # The field takes as many characters as the model reads. Each of these takes nine bytes of an address.
    page.get_by_role("textbox", name="Plot").fill("".join(chr(0x4E00 + number) for number in range(3_000)))
    page.keyboard.press("Tab")
    expect(page.get_by_text("Too long for the address of this page, so lost when you reload it: plot.")).to_be_visible()
    settle(page)
    assert "title=The+Lantern+Maker" in page.url
    response = page.reload()
    assert response.status == 200
    rating(page)
    expect(page.get_by_role("textbox", name="Title")).to_have_value("The Lantern Maker")


def test_a_slider_changes_the_rating_and_is_applied_to_the_draft(address, page):
    page.goto(f"{address}/?director={GIFTED_DIRECTOR}&genre=Drama&runtime=110&year=2028")
    rating(page)
    predicted = page.get_by_test_id("stMetric").filter(has_text="It would get")
    slider = page.get_by_role("slider", name="Release year")
    # Using only the keyboard.
    slider.focus()
    page.keyboard.press("ArrowLeft")
    expect(predicted).to_contain_text("vs. the draft")
    choose(page, "Different genres", "Horror")
    page.get_by_role("button", name="Apply to the draft").click()
    expect(page.get_by_role("spinbutton", name="Release year")).to_have_value("2027")
    expect(predicted).not_to_contain_text("vs. the draft")
    settle(page)
    assert "genre=Drama&genre=Horror" in page.url


def test_a_user_adds_people_with_the_keyboard_alone(address, page):
    page.goto(address)
    rating(page)
    search = page.get_by_role("searchbox", name="Add a director", exact=True)
    search.focus()
    # Enter takes the first match, even if it is pressed before the matches are there.
    page.keyboard.type(DULL_NAME)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=re.compile(rf"{DULL_NAME}, .*\d{{4}}\)$"))).to_be_visible()
    expect(search).to_have_value("")
    expect(search).to_be_focused()
    # The arrows choose another match.
    page.keyboard.type(HOMONYM_NAME)
    matches = page.get_by_role("button", name=re.compile(rf"{HOMONYM_NAME}.*rated films"))
    expect(matches).to_have_count(2)
    second = matches.nth(1).inner_text()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(search).to_have_value("")
    chosen = page.get_by_role("button", name=re.compile(rf"^{HOMONYM_NAME}, "))
    expect(chosen).to_have_count(1)
    assert chosen.inner_text().split("\n")[-1] in second


def test_a_slow_double_click_on_a_match_adds_the_person(address, page):
    page.goto(address)
    rating(page)
    search = page.get_by_role("searchbox", name="Add a director", exact=True)
    search.fill(DULL_NAME)
    page.get_by_role("button", name=re.compile(rf"{DULL_NAME}.*rated films")).click()
    added = page.get_by_role("button", name=re.compile(rf"{DULL_NAME}, .*\d{{4}}\)$"))
    expect(added).to_be_visible()
    # The second click, on the button that removes the person.
    added.scroll_into_view_if_needed()
    lies_at = added.bounding_box()
    page.mouse.move(lies_at["x"] + 20, lies_at["y"] + lies_at["height"] / 2)
    page.mouse.down(click_count=2)
    page.mouse.up(click_count=2)
    search.fill("nobody of this name")
    expect(page.get_by_role("button", name=re.compile("a newcomer without films"))).to_be_visible()
    expect(added).to_be_visible()


def test_the_score_stays_in_view_and_back_undoes_a_change(address, page):
    page.goto(f"{address}/?director={GIFTED_DIRECTOR}&genre=Drama&runtime=110&year=2028")
    before = rating(page)
    choose(page, "Language", "French")
    expect(page).to_have_url(re.compile("language=French"))
    page.get_by_role("heading", name="What if?").scroll_into_view_if_needed()
    expect(page.get_by_test_id("stMetricValue").first).to_be_in_viewport()
    page.go_back()
    expect(page).to_have_url(re.compile("^((?!language=).)*$"))
    expect(page.get_by_role("combobox", name="Language", exact=True)).to_have_value("")
    expect(page.get_by_test_id("stMetricValue").first).to_have_text(f"{before:.1f}")


def test_a_file_of_drafts_is_predicted(address, page, tmp_path):
    page.goto(address)
    rating(page)
    go_to(page, "Many drafts", path="many")
    file = tmp_path / "drafts.csv"
    file.write_text("title,release_year,genres\nLanterns,2028,Drama\nBroken,soon,Drama\n")
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_text("1 of 2 drafts could not be read")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV").click()
    rows = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert len(rows) == 3
    assert rows[1].split(",")[1] == "Lanterns"
    assert_shown(page, tmp_path / "many.png", charts=0)


def test_a_european_spreadsheet_gets_a_file_that_it_can_open(address, page, tmp_path):
    page.goto(address)
    rating(page)
    go_to(page, "Many drafts", path="many")
    file = tmp_path / "drafts.csv"
    file.write_bytes("title;release_year;runtime_minutes\nBöen;2028;104,5\nBroken;soon;\n".encode("cp1252"))
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_text("1 of 2 drafts could not be read")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV").click()
    content = download.value.path().read_bytes()
    assert content.startswith("\ufeff".encode())
    cells = content.decode("utf-8-sig").splitlines()[1].split(";")
    assert cells[1:3] == ["Böen", "2028"]
    assert re.fullmatch(r"[1-9],[0-9]{1,4}", cells[3])


def test_a_long_plot_is_kept_and_a_missing_year_is_said(address, page):
    page.goto(f"{address}/?genre=Drama&year=2030")
    rating(page)
    page.get_by_role("textbox", name="Plot").fill("A quiet winter. " * 200)
    page.keyboard.press("Tab")
    expect(page.get_by_text("3,200 of 3,000 characters")).to_be_visible()
    expect(page.get_by_text("Only the first 3,000 are used").first).to_be_visible()
    year = page.get_by_role("spinbutton", name="Release year")
    year.fill("")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Every draft needs a release year. Until you enter one, it is")).to_be_visible()
    expect(page).not_to_have_url(re.compile("year=1900"))


def test_the_result_is_offered_as_one_page(address, page, tmp_path):
    page.goto(f"{address}/?director={GIFTED_DIRECTOR}&genre=Drama&title=The+Lantern+Maker&year=2028")
    rating(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="One page (PDF)").click()
    assert download.value.suggested_filename == "The_Lantern_Maker.pdf"
    assert download.value.path().read_bytes().startswith(b"%PDF")


def test_two_drafts_are_compared(address, page, tmp_path):
    page.goto(f"{address}/?director={GIFTED_DIRECTOR}&title=The+Lantern+Maker&year=2028")
    rating(page)
    page.get_by_role("link", name="Compare").click()
    expect(page.get_by_text("B is the same as A.")).to_be_visible()
    second = page.locator(".st-key-compare_b")
    second.get_by_role("button", name=re.compile(GIFTED_NAME)).click()
    add(second, "director", DULL_NAME)
    expect(page.get_by_text(re.compile(r"B is expected \d\.\d\d points below A"))).to_be_visible()
    expect(page.get_by_text(re.compile(rf"Directors -.*{DULL_NAME}"))).to_be_visible()
    settle(page)
    assert_shown(page, tmp_path / "compare.png", charts=2)


def test_a_released_film_is_compared_with_its_prediction(address, page, tmp_path):
    page.goto(address)
    rating(page)
    page.get_by_role("link", name="Films").click()
    page.get_by_role("searchbox", name="Find a released film").fill("film 300")
    page.get_by_role("button", name=re.compile("^Film 300 .*votes")).click()
    expect(page.get_by_text(re.compile(r"(as|better than|worse than) expected: 4 out of 5"))).to_be_visible()
    settle(page)
    assert page.url.endswith("/films?film=tt0000300")
    assert_shown(page, tmp_path / "films.png", charts=2)
    expect(page.get_by_text("Seen in training")).to_be_visible()
    page.get_by_role("button", name="Draft a film like this").click()
    expect(page.get_by_role("textbox", name="Title")).to_have_value("")


def test_the_model_page_shows_leaderboard_and_versions(address, page, tmp_path):
    page.goto(address)
    rating(page)
    page.get_by_role("link", name="Model").click()
    expect(page.get_by_role("heading", name="Leaderboard")).to_be_visible()
    expect(page.get_by_role("heading", name="Versions")).to_be_visible()
    settle(page)
    assert_shown(page, tmp_path / "model.png", charts=1)
