"""Items of list answers."""

import pytest
from spans import hit_in, hit_of, span_in

from embeddings.documents import Article
from qa.lists.items import is_a_count, list_items
from qa.normalization import normalize

STORM = "Storm Maren left Dunmere, Skarholt and Sant Aubry without electricity. Halvern, the capital, was spared."
ASKED = "Which towns lost power?"


def span(text, score, article=None):
    return span_in(hit_of(article or Article("a", "Storm", STORM)), text, score)


@pytest.mark.parametrize(
    ("question", "texts", "items"),
    [
        (ASKED, ["Dunmere, Skarholt and Sant Aubry"], ["Dunmere", "Skarholt", "Sant Aubry"]),
        (ASKED, ["Dunmere"], ["Dunmere", "Skarholt", "Sant Aubry"]),
        (ASKED, ["Skarholt", "Dunmere"], ["Skarholt", "Sant Aubry", "Dunmere"]),
        (ASKED, ["Halvern"], []),
        (ASKED, ["Dunmere", "Halvern"], ["Dunmere", "Skarholt", "Sant Aubry"]),
        (ASKED, ["Halvern", "Dunmere"], ["Halvern", "Dunmere", "Skarholt", "Sant Aubry"]),
        ("What lost power?", ["Dunmere, Skarholt and Sant Aubry"], ["Dunmere", "Skarholt", "Sant Aubry"]),
        ("How much was lost?", ["Dunmere, Skarholt and Sant Aubry"], []),
        ("What lost power?", ["Skarholt and Sant Aubry"], []),
        ("What lost power?", ["Dunmere"], []),
        (ASKED, [], []),
    ],
)
def test_items(question, texts, items):
    found = list_items(question, [span(text, 5.0 - at) for at, text in enumerate(texts)])
    assert [item.text for item in found] == items
    assert all(STORM[item.start : item.end] == item.text for item in found)


def test_a_number_with_commas_is_no_list():
    census = Article("a", "Census", "Corvane had 6,412,300 inhabitants, and Halvern 88,000, 12 and 5.")
    assert list_items("How many inhabitants?", [span("6,412,300", 5.0, census)]) == ()
    found = list_items("Which numbers were named?", [span("88,000, 12 and 5", 5.0, census)])
    assert [item.text for item in found] == ["88,000", "12", "5"]


def test_a_measure_in_several_units_is_no_list():
    race = Article("a", "Race", "She won in two hours, 29 minutes and 14 seconds.")
    assert list_items("What was her time?", [span("two hours, 29 minutes and 14 seconds", 5.0, race)]) == ()


def test_titles_in_quotation_marks_are_names_and_come_whole():
    theft = Article("a", "Theft", 'They took "The Lace Seller", "Two Herrings" and a skylight.')
    found = list_items(
        "Which paintings were stolen?", [span('"The Lace Seller", "Two Herrings" and a skylight', 5.0, theft)]
    )
    assert [item.text for item in found] == ['"The Lace Seller"', '"Two Herrings"']


@pytest.mark.parametrize(
    ("text", "counts"), [("three", True), ("All 12", True), ("1999", False), ("three towns", False), ("2 and 3", False)]
)
def test_what_only_says_how_many_there_are(text, counts):
    assert is_a_count(text) is counts


def test_how_many_there_are_is_no_answer_to_which(pipeline):
    text = "Storm Isolde cut off three villages: Fennick, Upper Cray and Little Harrow."
    hit = hit_in(text, "Storm Isolde")
    spans = pipeline.adjusted(top=20).answer_from("Which villages were cut off by Storm Isolde?", [hit]).spans
    assert spans
    assert "three" not in [span.text for span in spans]


def test_a_span_far_below_the_best_adds_no_item():
    assert [item.text for item in list_items(ASKED, [span("Dunmere", 9.0), span("Halvern", 1.0)])] == [
        "Dunmere",
        "Skarholt",
        "Sant Aubry",
    ]


def test_a_clause_is_not_cut():
    text = "It fell because the wind that had come up late in the evening broke the mast, and the crew had gone."
    article = Article("a", "Ship", text)
    assert list_items("What were the causes?", [span(text[8:-1], 5.0, article)]) == ()


@pytest.mark.parametrize(
    ("text", "best", "items"),
    [
        (
            "Rafa Dudek, 33, a crane operator, and Simon Asher, 45, a blaster, died.",
            "Rafa Dudek, 33, a crane operator, and Simon Asher, 45, a blaster",
            ["Rafa Dudek", "Simon Asher"],
        ),
        (
            "It was Calder, which has gone, and Norvik, which has not.",
            "Calder, which has gone, and Norvik",
            ["Calder", "Norvik"],
        ),
        (
            "Ana Reyes, 34, of Elder Close, Saltby, Max Holm, 41, of Mill Lane, and Ira Voss, of Ekeby, are in jail.",
            "Ana Reyes, 34, of Elder Close, Saltby, Max Holm",
            ["Ana Reyes", "Max Holm", "Ira Voss"],
        ),
        (
            "It cost the lives of Ira Voss and of Ana and Max Holm, of Mill Lane.",
            "Ira Voss and of Ana and Max Holm, of Mill Lane",
            ["Ira Voss", "Ana", "Max Holm"],
        ),
        ("It is the home of Ash, of Holm and of Voss.", "Ash, of Holm and of Voss", ["Ash", "Holm", "Voss"]),
        (
            "It has three trustees: Ana Reyes, swimming coach Max Holm and councillor Ira Voss.",
            "Ana Reyes, swimming coach Max Holm and councillor Ira Voss",
            ["Ana Reyes", "swimming coach Max Holm", "councillor Ira Voss"],
        ),
        ("He hired in Portugal and the Philippines and offers a flat.", "Portugal", ["Portugal", "the Philippines"]),
        ("It sails to Lowmarsh, to Ekeby and to Saltby.", "Lowmarsh, to Ekeby", ["Lowmarsh", "Ekeby", "Saltby"]),
        ("They took A gold heron, a spoon and a compass.", "A gold heron", ["A gold heron", "a spoon", "a compass"]),
        ("She flew Apollo 11, Gemini and Soyuz.", "Gemini", ["Gemini", "Soyuz"]),
        ("It saw a comet, Saturn and a star.", "a comet, Saturn and a star", ["a comet", "Saturn", "a star"]),
        ("She flew Apollo 11, Gemini and Soyuz.", "Apollo 11", ["Apollo 11", "Gemini", "Soyuz"]),
        ("Ana Reyes, Max Holm and Mrs. Vera Moss came.", "Ana Reyes", ["Ana Reyes", "Max Holm", "Mrs. Vera Moss"]),
        ("Ana Reyes, Max Holm and Gov. Vera Moss came.", "Ana Reyes", ["Ana Reyes", "Max Holm", "Gov. Vera Moss"]),
        ("Ana Reyes, Max Holm and Prof. Vera Moss came.", "Ana Reyes", ["Ana Reyes", "Max Holm", "Prof. Vera Moss"]),
        ("Messi and Šeško scored.", "Messi", ["Messi", "Šeško"]),
        ("It had Ana Reyes and Bo Lind, and one dog named Rex.", "Ana Reyes and Bo Lind", ["Ana Reyes", "Bo Lind"]),
        ("It will be £2.50, £3.50 and £4.50.", "£2.50", ["£2.50", "£3.50", "£4.50"]),
        ("It will be £2, £3 and £4, it said.", "£2, £3 and £4", ["£2", "£3", "£4"]),
    ],
)
def test_what_is_an_item(text, best, items):
    found = list_items("Which ones were named?", [span(best, 5.0, Article("a", "A", text))])
    assert [item.text for item in found] == items


DEAD = "The dead were Ana Reyes, 41, of Sorrel; Max Holm, 33, a pilot; and Ira Voss, 60. They had been at sea."
CLOSED = "It snowed.\n\nClosed are:\n- High Street, from 9 a.m.\n- Mill Lane\n\n- Castle Road (in part)\n\nBuses go."


@pytest.mark.parametrize(
    ("text", "best", "items"),
    [
        (DEAD, "Ana Reyes", ["Ana Reyes", "Max Holm", "Ira Voss"]),
        (DEAD, "Ana Reyes, 41, of Sorrel; Max Holm, 33", ["Ana Reyes", "Max Holm", "Ira Voss"]),
        (DEAD, "Max Holm", ["Max Holm", "Ira Voss"]),  # where the first one begins is not known
        (DEAD.replace(" were", ":"), "Ira Voss", ["Ana Reyes", "Max Holm", "Ira Voss"]),
        (DEAD, "Sorrel", []),
        ("It goes to Mr. Ash of Dunmere; to Lowmarsh; or to Ekeby.", "Lowmarsh", ["Lowmarsh", "Ekeby"]),
        (CLOSED, "Mill Lane", ["High Street", "Mill Lane", "Castle Road"]),
        (CLOSED.replace("- ", "• "), "High Street, from 9 a.m.", ["High Street", "Mill Lane", "Castle Road"]),
        ("Auditors blame rock and steel; minister defends dam", "rock and steel", ["rock", "steel"]),
        (CLOSED, "Castle", []),  # not what the other lines begin with
        ("1. Rovers 2, Town 1\n2. City 0, United 3", "City", []),
        ("It is: student Lin Yu, 22; Max Holm, 33; Ira Voss.", "Max Holm", ["student Lin Yu", "Max Holm", "Ira Voss"]),
        ("She wrote Ash, Salt and, her last, Bone.", "Ash, Salt and, her last, Bone", ["Ash", "Salt", "Bone"]),
        ("It was Jo Ash, Jr., Al Fox, Sr., and Bo Lind.", "Jo Ash, Jr.", ["Jo Ash, Jr.", "Al Fox, Sr.", "Bo Lind"]),
        ("It was Lord Pell, Hay Ltd and local firms.", "Lord Pell", ["Lord Pell", "Hay Ltd", "local firms"]),
        ("Lund, Holm and Brink scored for United.", "Lund", ["Lund", "Holm", "Brink"]),
        ("It was:\n- Lord Pell\n- Hay Ltd\n- firms in Saltby", "Hay Ltd", ["Lord Pell", "Hay Ltd", "firms in Saltby"]),
        ("It was two men, Dan Cole and Ray Marsh.", "two men, Dan Cole and Ray Marsh", ["Dan Cole", "Ray Marsh"]),
        (
            "# Recalled\n\n**1. Ash jam, 280g**\nIt may hold glass.\n\n**2. Salt bag**\nIt tears.",
            "Salt bag",
            ["Ash jam", "Salt bag"],
        ),
        ("Those who fell were Bell, Hay and Old Salt.", "Old Salt", ["Bell", "Hay", "Old Salt"]),
        ("It was Bell, Hill, Hart & Sons and Marsh.", "Hill, Hart & Sons and Marsh", ["Hill, Hart & Sons", "Marsh"]),
    ],
)
def test_items_that_are_set_apart(text, best, items):
    test_what_is_an_item(text, best, items)


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("Ash, Bell and the Old Salt", ["Ash", "Bell", "the Old Salt"]),
        ("Ana Reyes, 41, Max Holm and Bo Lind", ["Ana Reyes", "Max Holm", "Bo Lind"]),
        ("Ash and Bell", []),
        ("Baker, California, USA", []),
        ("Nearer, My God, to Thee", []),
        ("squid beaks, scales and 93 pebbles", ["squid beaks", "scales", "93 pebbles"]),
        ("May 4, 2017, and closed on June 8, 2018", []),
        ("1994, and won it in 1995, 2015 and 2017", []),
        ("bail, fines, or cruel and unusual punishment", []),
        (", and ,", []),
    ],
)
def test_what_is_a_list_that_was_not_asked_for(text, items):
    found = list_items("Where was it?", [span(text, 5.0, Article("a", "A", f"It was {text}."))])
    assert [item.text for item in found] == items


@pytest.mark.parametrize(
    ("question", "text", "best", "items"),
    [
        ("Which works stay?", "The ones in Ash Bay, Bell and Cole stay.", "Bell and Cole", ["Ash Bay", "Bell", "Cole"]),
        ("Which works stay?", "Schools in Ash Bay and Bell stay.", "Bell", ["Ash Bay", "Bell"]),
        ("Which men sang?", "If they met fans in Ash Bay, Bell and Cole sang.", "Bell and Cole", ["Bell", "Cole"]),
        ("Which shops sold it?", "It was Ash in Ekeby, Bell and Cole in Hay.", "Ash in Ekeby, Bell and Cole in Hay",
         ["Ash in Ekeby", "Bell", "Cole in Hay"]),
        ("Which witnesses came?", "It heard Jo Keel, the broker Vera Moss and a Swiss banker.", "Jo Keel",
         ["Jo Keel", "the broker Vera Moss", "a Swiss banker"]),
        ("Which boards met?", "It was School Board, Ash and the School Board.",
         "School Board, Ash and the School Board",
         ["School Board", "Ash"]),
    ],
)  # fmt: skip
def test_places_of_an_enumeration(question, text, best, items):
    found = list_items(question, [span(best, 5.0, Article("a", "A", text))])
    assert [item.text for item in found] == items


def test_what_another_span_has_behind_and_is_no_item_of_a_list_of_names():
    article = Article("a", "A", "It had Ana Reyes and Bo Lind, and was told, and to lead the crew.")
    spans = [span("Ana Reyes and Bo Lind", 9.0, article), span("lead the crew", 8.5, article)]
    assert [item.text for item in list_items("Who were the pilots?", spans)] == ["Ana Reyes", "Bo Lind"]


def test_what_is_called_by_its_place_is_no_name():
    spans = [
        span("fence posts", 9.0, Article("a", "A", "He made fence posts.")),
        span("the bridge at Port Sorrel", 8.5, Article("b", "B", "He built the bridge at Port Sorrel.")),
    ]
    assert [item.text for item in list_items("Which things did he make?", spans)] == [one.text for one in spans]


def test_an_and_within_an_item_does_not_end_the_list():
    treaty = Article("a", "Treaty", "Trinidad and Tobago, Cuba and Haiti signed.")
    found = list_items("Which countries signed?", [span("Trinidad and Tobago", 5.0, treaty)])
    assert [item.text for item in found][-2:] == ["Cuba", "Haiti"]


@pytest.mark.parametrize("question", ["Why did she resign?", "But why?", "Ana Reyes: And why?"])
def test_what_answers_why_is_a_clause_and_no_list(question):
    clause = "he held shares in the firm, the inquiry found a letter, and colleagues turned away"
    article = Article("a", "Minister", f"She resigned because {clause}.")
    assert list_items(question, [span(clause, 5.0, article)]) == ()


def test_what_is_said_of_an_item_adds_none():
    article = Article("a", "A", DEAD.replace(" were", ":"))
    spans = [span("Max Holm", 9.0, article), span("Sorrel", 8.5, article), span("a pilot", 8.0, article)]
    assert [item.text for item in list_items("Who were the dead?", spans)] == ["Ana Reyes", "Max Holm", "Ira Voss"]


def in_three_articles(*answers):
    return [
        span(text, score, Article(f"{number}", "Storm", f"Gusts of {text} were measured at the cape."))
        for number, (text, score) in enumerate(answers)
    ]


@pytest.mark.parametrize(
    ("answers", "items"),
    [
        ([("131 km/h", 9.0), ("157 km/h", 5.5), ("148 km/h", 7.0)], ["131 km/h", "157 km/h", "148 km/h"]),
        ([("131 km/h", 3.0), ("157 km/h", 0.5), ("148 km/h", -0.5)], ["131 km/h", "157 km/h"]),
        ([("131 km/h", 9.0), ("157 km/h", 4.5), ("148 km/h", 5.0)], ["131 km/h", "148 km/h"]),
        ([("131 km/h", 9.0), ("Maren", 8.0), ("great force", 8.0)], []),
        ([("Maren", 9.0), ("131 km/h", 8.0), ("Isolde", 8.0)], ["Maren", "Isolde"]),
    ],
)
def test_items_stand_in_several_articles(answers, items):
    found = list_items("What gusts were measured in the storms?", in_three_articles(*answers))
    assert [item.text for item in found] == items
    assert len({item.hit.article.id for item in found}) == len(items)


def test_the_words_of_an_item_are_made_plain_once_however_many_there_are(monkeypatch):
    compared = []
    monkeypatch.setattr("qa.lists.items.normalize", lambda text: compared.append(text) or normalize(text))
    names = [f"Halvern{chr(97 + at)}" for at in range(20)]
    story = Article("a", "Storm", f"The towns that lost power were {', '.join(names[:-1])} and {names[-1]}.")
    found = list_items("Which towns lost power?", [span(names[3], 5.0, story)])
    assert [item.text for item in found] == compared == names


@pytest.mark.parametrize(
    ("told", "items"),
    [
        ("She studied at Leeds and took a doctorate in Bologna.", []),
        ("The study of Leeds, measured the flow above and below 13 dams.", []),
        ("It needs Leeds, armed men and the police.", ["Leeds", "armed men", "the police"]),
    ],
)
def test_what_else_was_done_is_no_item(told, items):
    found = list_items("Which cities are they?", [span("Leeds", 5.0, Article("a", "Study", told))])
    assert [item.text for item in found] == items
