"""Lines that were broken to fit a page or a width."""

import textwrap

import pytest
from test_sources import read

from embeddings.sources.joining import paragraphs, unwrapped


def test_lines_are_joined_where_they_go_on():
    told = ("The go\u00ad", "vern\ufffe", "ment said on Tues\u2010", "day that it would", "raise the tax on tea.")
    lines = ("A headline", *told)
    page = "\n".join([*lines, "Nobody was pleased."])
    assert paragraphs(page).splitlines() == [
        "A headline",
        "The government said on Tuesday that it would raise the tax on tea.",
        "Nobody was pleased.",
    ]
    assert paragraphs(" \n") == ""


def test_a_compound_that_is_broken_at_its_hyphen_keeps_it():
    wrapped = "The mayor of Kilbray and of the valley said that the well-\nknown bridge was mended."
    assert paragraphs(wrapped).endswith("the wellknown bridge was mended.")
    long = f"{wrapped}\nIt was an old one and the work of a nameless Anglo-\nSaxon mason, of pre-\nand post-war stone."
    told = paragraphs("\n".join([long, *["It rained on all of the days of the week in Kilbray and the valley."] * 99]))
    assert told.splitlines()[0].endswith("the well-known bridge was mended.")
    assert "a nameless Anglo-Saxon mason, of pre- and post-war stone." in told


TOLD = (
    "Mayor resigns over the dam that was never built",
    "The mayor of Marwick resigned on Monday, two days after it became known that half of the money for the dam had "
    "gone to a company of her brother, who lives abroad.",
    "She had been in office for eleven years, longer than anybody before, and had won the last election with 61 per "
    "cent of the votes, which nobody in the valley had thought likely at the time",
)


def test_a_text_of_few_broken_lines_is_joined():
    told = "The ferry to Innis was halted on Friday after cracks were found in its hull, the operator said in Velle."
    for width in (45, 60, 72):
        assert unwrapped(f"Ferry to Innis halted\n\n{textwrap.fill(told, width)}\n") == f"Ferry to Innis halted\n{told}"


@pytest.mark.parametrize("width", [45, 60, 72])
@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_lines_that_were_broken_to_fit_a_width_are_joined(tmp_path, name, width):
    wrapped = "\n\n".join(textwrap.fill(told, width, break_on_hyphens=False) for told in TOLD)
    (tmp_path / name).write_text(f"{wrapped}\n")
    assert read(tmp_path)[0].text.splitlines() == list(TOLD)


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(TOLD),
        "\n".join(["Smith, of Marwick, 12 votes, in the third round of the election"] * 9),
        "\n".join(["I went down to the river", "and nobody was there,", "but for the heron", "who does not care"] * 9),
        "One.\nTwo.\n",
        "The mayor of Marwick resigned on Monday, with\nNobody to follow her, as it seems.",
        "The mayor of Marwick resigned on Monday\n12 votes against, and the deputy, of Velle, who\nwas there.",
        "",
    ],
)
def test_other_lines_stay_as_they_are(text):
    assert unwrapped(text) == text


STORY = " ".join([*TOLD[1:], "and", *TOLD[1:], "then", *TOLD[1:]])
BROKEN = textwrap.fill(STORY, 72)


@pytest.mark.parametrize(
    "lines",
    [
        ["Mayor of Marwick resigns over a dam that was never built at all", "The dam was to cost nine million crowns."],
        [f"{town:<33}{before:<11}{after:<11}{change}" for town, before, after, change in (
            ("Marwick", "12,100", "11,900", "fewer"), ("The valley", "800", "790", "fewer"),
            ("Port Velle", "80,000", "80,001", "one more"),
        )],
        [f"{team}: Smith, Jones, Brown, Taylor, Wilson, Davies, Evans, Cooper, Bell" for team in ("Rovers", "United")],
        [f"{day} May: the dam was to be opened by the mayor and the bishop of Marwick" for day in (9, 12)],
    ],
)  # fmt: skip
def test_headlines_tables_and_teams_are_no_broken_lines(lines):
    told = unwrapped("\n".join([*lines, "", *BROKEN.splitlines()])).splitlines()
    assert told == [*(" ".join(line.split()) for line in lines), STORY]


@pytest.mark.parametrize(
    ("above", "below"),
    [
        ("The dam above Marwick was to be the highest in the whole of that valley", "- and the dearest of all."),
        ("The dam above Marwick was to be opened by the old mayor on Monday, March", "12. She will not be there."),
        ("The mayor was to be paid by the company, as she herself said to the", "Marwick Post: it was a gift."),
        ("Half of the money went to a company in the city of Velle, so says Mr.", "Pell, who found it."),
    ],
)
def test_lines_that_only_look_like_a_new_beginning_are_joined(above, below):
    told = unwrapped(f"{BROKEN}\n\n{above}\n{below}\n")
    assert told.splitlines()[-1] == f"{above} {below}"


def test_of_hyphens_that_a_pdf_marks_those_of_compounds_stay():
    told = ["Ann Smith", "Jones told al", "Qaeda of an EU", "wide ban on pre", "and post-war tea by a go", "vernment."]
    joined = "Ann Smith-Jones told al-Qaeda of an EU-wide ban on pre- and post-war tea by a government."
    assert paragraphs("\x02\n".join(told)) == joined


def test_hyphens_after_figures_and_capitals_stay_and_few_are_no_cut_words():
    cut = ["the go-", "vernment of a 20-", "year-old gave an EU-", "wide ban on the tea."]
    assert paragraphs("\n".join(cut)) == "the government of a 20-year-old gave an EU-wide ban on the tea."
    assert (
        paragraphs("Rovers won the last match by 6-\n5, the paper says")
        == "Rovers won the last match by 6-5, the paper says"
    )
    wrapped = "The mayor of Marwick was in office for eleven years and was also well-\nknown beyond the valley."
    assert unwrapped(f"{BROKEN}\n\n{wrapped}").endswith("was also well-known beyond the valley.")


def test_a_list_and_a_heading_stay_apart_where_lines_are_joined():
    lines = ["## The dam", *textwrap.fill(TOLD[1], 60).splitlines(), "- a road", "- a bridge", "| Velle | 3 |"]
    assert paragraphs("\n".join(lines)).splitlines() == ["## The dam", TOLD[1], *lines[-3:]]
