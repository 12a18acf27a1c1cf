from pathlib import Path

import pytest
import sentencex
from hypothesis import given
from hypothesis import strategies as st

from embeddings import cleaning
from embeddings.chunking import Chunking, chunk
from embeddings.cleaning import Furniture, find_furniture, line_key
from embeddings.documents import Article
from embeddings.sentences import MAX_LINE, _parts, sentence_around, sentences


def cut(text, **settings):
    passages = chunk(Article("a", "title", text), Chunking(**settings))
    return [text[passage.start : passage.end] for passage in passages]


@pytest.mark.parametrize(
    ("text", "settings", "expected"),
    [
        ("", {}, []),
        (" \n\t", {}, []),
        ("One two. Three four.", {}, ["One two. Three four."]),
        ("One two. Three four. Five six.", {"words": 4}, ["One two. Three four.", "Three four. Five six."]),
        ("One two. Three four. Five six.", {"words": 4, "overlap": 0}, ["One two. Three four.", "Five six."]),
        ("a b c d e", {"words": 2}, ["a b", "c d", "e"]),
        ("“One two three. Four. It is five.”", {"words": 4, "overlap": 0}, ["“One two three. Four.", "It is five.”"]),
        ("It cost €5.\nÅse paid.", {"words": 3}, ["It cost €5.", "Åse paid."]),
    ],
)
def test_cut(text, settings, expected):
    assert cut(text, **settings) == expected


def test_a_sentence_that_runs_into_the_next_is_split():
    assert len(sentences("It makes a difference.Senior members met.")) == 2


@pytest.mark.parametrize(
    "text",
    [
        "The fire broke out at 2 a.m. Tuesday and spread.",
        "It begins at 6 p.m. EST in Sorrel.",
        "He met Cllr. Ann Lee in the hall.",
        "On Tues. Dec. 5 it rained.",
        "SALMON BEND, Wash. (AP) - A fire burned.",
        "1. Lock the door.",
    ],
)
def test_what_looks_like_an_end_and_is_none(text):
    both = f"{text} Nobody was hurt."
    assert [both[start:end] for start, end in sentences(both)] == [text, "Nobody was hurt."]


@pytest.mark.parametrize(
    "text",
    [
        "It ended at 9 p.m. Rescue came.",
        "It cost 12. He paid.",
        "They left on Sat. Nobody saw.",
        "He resigned in May. Bo Larsen said so.",
    ],
)
def test_what_looks_like_no_end_and_is_one(text):
    assert len(sentences(text)) == 2


def test_marks_alone_are_no_sentence():
    assert sentences("**Why now?**\nNobody knows.") == [(0, 12), (13, 26)]


def test_sentence_around_holds_the_span():
    text = "He left. She stayed in Rome. They met."
    start = text.index("Rome")
    assert text[slice(*sentence_around(text, start, start + 4))] == "She stayed in Rome."


def test_a_line_without_end_is_split_in_parts(monkeypatch):
    given_lengths = []

    def boundaries(language, text):
        given_lengths.append(len(text))
        return real(language, text)

    real = sentencex.get_sentence_boundaries
    monkeypatch.setattr(sentencex, "get_sentence_boundaries", boundaries)
    text = "One two. Three four. " * 3_000
    found = sentences(text)
    assert {text[slice(*sentence)] for sentence in found} == {"One two.", "Three four."}
    assert len(found) == 6_000
    assert max(given_lengths) <= 20_000
    assert [end - start for start, end in sentences("“" * 45_000)] == [20_000, 20_000, 5_000]


def test_a_sentence_too_long_is_no_furniture():
    banner = "Your support helps us to report the story.\n"
    assert len(find_furniture(f"{banner}We need readers like you{' and you' * 60}.")) == 1
    assert [item.end for item in find_furniture(f"{banner}We need readers like you{' and you' * 90}.")] == [
        len(banner) - 1
    ]


@given(st.text(alphabet="ab .!?\n\r“é\u2028", max_size=300), st.integers(1, 9), st.integers(0, 4))
def test_every_word_of_the_story_is_in_a_passage(text, words, overlap):
    passages = chunk(Article("a", "t", text), Chunking(words, overlap))
    covered = {at for passage in passages for at in range(passage.start, passage.end)}
    aside = {at for item in find_furniture(text) for at in range(item.start, item.end)}
    assert {at for at, character in enumerate(text) if not character.isspace()} <= covered | aside
    assert all(len(text[passage.start : passage.end].split()) <= words for passage in passages)


def test_the_banner_of_the_user_article_is_set_aside_whole_and_nothing_else(user_article):
    [banner] = find_furniture(user_article)
    assert user_article[banner.start : banner.end].startswith("Your support helps us")
    # the story runs on without a space
    assert user_article[banner.end :].startswith("Senior members of President Joe Biden s administration")
    assert not any("donation" in passage for passage in cut(user_article))


@pytest.mark.parametrize(
    "line",
    [
        "Advertisement",
        "By Petra Lindqvist",
        "Read more: Storm Maren, hour by hour",
        "© 2021 Tarn Press. All rights reserved.",
        "Sign up for our newsletter and get the news in your inbox.",
        "This website uses cookies.",
    ],
)
def test_furniture_is_found(line):
    assert cut(f"The dam opened on Monday.\n{line}\nIt cost nine million.") == [
        "The dam opened on Monday.",
        "It cost nine million.",
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "By Monday the water had risen.",
        "“Your support saved the hospital,” said Dr Munk.",
        "The charity received your typical mix of donations.",
        "Mr Vance said readers would sign up for the newsletter today.",
    ],
)
def test_the_story_is_kept(sentence):
    assert cut(sentence) == [sentence]


def test_settings_are_checked():
    with pytest.raises(ValueError, match="at least 1, got 0"):
        Chunking(0)
    with pytest.raises(ValueError, match="got -1"):
        Chunking(5, -1)


def furniture_rows():
    return [line.split("\t") for line in (Path(__file__).parent / "furniture.tsv").read_text().splitlines()]


STORY = "The council of Marwick voted on Monday to close the harbour for two weeks."


@pytest.mark.parametrize(
    "head",
    [
        "By Sam Trevelyan at Mill Lane",
        "Sam Trevelyan at Mill Lane",
        "Šárka Ťapáková reports from Žilina",
        "Sam Trevelyan\nSat 14 Oct 2023 17.42 BST",
        "Interview by Jasper Holm\n12 May 2024",
        "Published 10:14 GMT, 28 February 2024 | Updated 16:02 GMT, 28 February 2024",
        "Consumer desk | 17 August 2023",
        "Tessford Advertiser, 9 May 2023",
        "*The Tessford Ledger, 9 May 2023. By Sam Trevelyan*",
        "Tessford Advertiser | 9 May 2023 | Sam Trevelyan",
        "Tessford Advertiser, 9 May 2023 by Sam Trevelyan",
        "BY DANA WHITLOCK\nChief Political Correspondent\nMarch 3, 2024 6:30 a.m. ET",
        "Posted on 3rd March 2024 by Dana Whitlock",
        "Dana Whitlock reports from Port Velle",
        "Analysis by Dana Whitlock, economics editor",
        "@danawhitlock\n3 March 2024 - 4:05pm",
        "Words: Dana Whitlock Photos: Keith Oyelaran",
        "By Dana O'Brien-Lee for The Dales Weekly",
        "*3 March 2024*",
        "Reading time: 4 minutes",
        "Reuters\nMon, March 4, 2024 at 9:12 AM GMT",
        "Rovers reporter Dana Whitlock",
        "Dana Whitlock, PA sports reporter, Mill Lane",
        "From our correspondent in Velle",
    ],
)
def test_what_stands_between_a_headline_and_its_story_is_set_aside(head):
    text = f"Harbour closed\n{head}\n\n{STORY}"
    assert [text[one.start : one.end] for one in find_furniture(text)] == [head]


@pytest.mark.parametrize(
    "text",
    [
        f"Harbour closed\nTwo weeks without ferries for Marwick\n\n{STORY}",  # a standfirst
        f"Harbour closed\nEditor quits\n{STORY}",
        f"{STORY}\nMost popular in 2021\n1. Noah\n2. Olivia",
        f"{STORY}\nThe Attorney General is our nation's chief officer of the law.",
        f"{STORY}\nNo part of the harbour wall may be copied in brick, the court found.",
        f"{STORY}\nTotal votes: 12,345",
        f"{STORY}\nPrint reporters lost their jobs",
        f"{STORY}\n3 March 2024\nThe dam broke.\n5 March 2024\nIt was mended.",  # a chronicle
        f"{STORY}\nSam Trevelyan at Mill Lane",
        "Sam Trevelyan\n3 March 2024",  # nothing else
    ],
)
def test_what_only_looks_like_it_is_kept(text):
    assert find_furniture(text) == []


@pytest.mark.parametrize(
    ("above", "is_writer"),
    [("Mayor Quits Over Harbour Deal", False), ("Dana Whitlock", True), ("Dana Whitlock and Sam J. Bell", True)],
)
def test_above_a_date_stand_writers_and_headlines(above, is_writer):
    text = f"HARBOUR\n{above}\n3 March 2024\n{STORY}"
    head = f"{above}\n3 March 2024" if is_writer else "3 March 2024"
    assert [text[one.start : one.end] for one in find_furniture(text)] == [head]


def test_a_line_of_the_author_alone_is_a_byline():
    text = f"*Opinion*\n\nDana Whitlock\n\n{STORY} Dana Whitlock was there."
    assert [text[one.start : one.end] for one in find_furniture(text, author="Dana Whitlock")] == ["Dana Whitlock"]
    assert find_furniture(text) == []


def test_a_credit_behind_a_caption_is_set_aside():
    text = f"*Ann Lee, right, after the finish in Velle. Photo: Karim Bel*\n{STORY}"
    assert [text[one.start : one.end].strip("*") for one in find_furniture(text)] == ["Photo: Karim Bel"]


def test_furniture_is_told_from_stories_on_three_hundred_paragraphs():
    rows = furniture_rows()
    assert sum(kind != "story" for kind, _ in rows) >= 200
    covered = [sum(item.end - item.start for item in find_furniture(text)) / len(text) for _, text in rows]
    missed = [text for share, (kind, text) in zip(covered, rows, strict=True) if kind != "story" and share <= 0.9]
    wrong = [text for share, (kind, text) in zip(covered, rows, strict=True) if kind == "story" and share > 0]
    assert wrong == []
    assert missed == [
        "Idris Falk covers the valley for the Post. Follow him @idrisfalk.",
        "The Post is owned by its readers. Become one of them.",
    ]


@pytest.mark.parametrize(
    "row", [row for row in furniture_rows() if row[0] != "story"][::4], ids=lambda row: row[1][:40]
)
def test_furniture_between_paragraphs_takes_nothing_along(row):
    before, after = "The dam opened on Monday, six years late.", "It cost nine million crowns, the auditors found."
    passages = cut(f"{before}\n{row[1]}\n{after}")
    assert " ".join(passages) in (f"{before} {after}", f"{before}\n{row[1]}\n{after}")


def test_a_passage_begins_with_no_sentence_that_leaves_no_room_for_another():
    one, two, three = (" ".join([word] * size) + "." for word, size in (("One", 50), ("Two", 60), ("Three", 60)))
    assert cut(f"{one} {two} {three}", words=110, overlap=1) == [f"{one} {two}", three]


def test_a_stretch_over_two_lines_stands_in_the_sentences_of_both():
    text = "One came. Two went.\nThree stayed on. Four left."
    assert sentence_around(text, text.index("went"), text.index("stayed")) == (
        text.index("Two"),
        text.index(" Four"),
    )


def test_a_line_that_is_too_long_is_cut_as_late_as_it_may():
    text = "One came. " * (MAX_LINE // 10 + 500)
    first, _ = _parts(text, (0, len(text)))
    assert MAX_LINE - 20 < first[1] <= MAX_LINE
    assert text.startswith("One", first[1])


def test_a_line_that_is_too_long_to_tell_has_no_key():
    assert line_key("word " * (cleaning.MAX_LINE // 5)) is not None
    assert line_key("word " * (cleaning.MAX_LINE // 5) + "x") is None


def test_what_several_stories_tell_of_a_country_is_no_furniture():
    line = "The US left the treaty in August 2021."
    assert find_furniture(f"{STORY}\n{line}", {line_key(line)}) == []
    assert [one.kind for one in find_furniture(f"{STORY}\nCome and see us.", {line_key("Come and see us.")})] == [
        "repeated"
    ]


def test_a_list_of_other_stories_is_set_aside_below_its_heading_up_to_the_next_sentence():
    listed = "Most read\nWhy the pumping station is dry\nWhat if it never rained?\n4 January 2023"
    text = f"Harbour closed\n{STORY}\n{listed}\nThe ferries lie in Kilbray.\nWhat is next"
    assert [text[one.start : one.end] for one in find_furniture(text)] == [listed]
    text = f"{STORY}\nRelated stories\n- Kilbray, 14 May\n- Velle\n- He came.\n- She went"
    listed = "Related stories\n- Kilbray, 14 May\n- Velle"
    assert [text[one.start : one.end] for one in find_furniture(text)] == [listed]
    text = f"{STORY}\nRelated stories\n| Velle | 3 |"
    assert [text[one.start : one.end] for one in find_furniture(text)] == ["Related stories"]
    text = f"{STORY}\nRecommended\n* A walk of 30 minutes a day\n- 6 g of salt"
    assert [text[one.start : one.end] for one in find_furniture(text)] == ["Recommended"]


@pytest.mark.parametrize("goes_on", ["The teams in full:\nVelle, Marwick", "Q: Why did you go?\nA: I was tired"])
def test_a_list_of_other_stories_ends_where_the_story_goes_on_without_a_sentence(goes_on):
    text = f"{STORY}\nRead more\nHarbour closed\n{goes_on}"
    assert [text[one.start : one.end] for one in find_furniture(text)] == ["Read more\nHarbour closed"]


def test_names_of_networks_are_furniture_below_a_line_that_asks_to_share():
    shared = "Share this article\nFacebook\nX\nEmail"
    text = f"Harbour closed\n{shared}\n{STORY}\nThe sites that were blocked are\nFacebook\nYouTube"
    assert [text[one.start : one.end] for one in find_furniture(text)] == [shared]


def test_the_menu_above_a_page_that_was_copied_whole_is_set_aside():
    menu = "Skip to content\nNews\nDigital editions\nSport\nSign in | Subscribe"
    head = "By Sam Trevelyan\n14 May 2024"
    text = f"{menu}\nHarbour\nHarbour closed\n{head}\n{STORY}"
    assert [text[one.start : one.end] for one in find_furniture(text)] == [menu, head]
    text = f"News\nHarbour closed\nTwo weeks without ferries\nComment\n{STORY}"
    assert [text[one.start : one.end] for one in find_furniture(text)] == ["Comment"]


@pytest.mark.parametrize("heading", ["Comments (312)", "312 comments", "View comments 3", "Conversation (3)"])
@pytest.mark.parametrize("sign", ["Reply", "Reply · Report", "Log in to reply", "Sort by: best", "Newest"])
def test_the_comments_of_readers_below_a_story_are_set_aside(heading, sign):
    told = f"2 comments\n{STORY}\n{STORY}\n"
    said = f"{heading}\nriverman: My uncle built it in 1999.\n{sign}\nIt was built by cowboys. He told me so."
    assert find_furniture(told + said)[-1] == Furniture(len(told), len(told + said), "comments")
    assert find_furniture(f"{STORY}\n{said}")[-1].end < len(f"{STORY}\n{said}")  # above the story, it seems
    assert len(find_furniture(f"{told}{heading}\n{STORY}")) == 2  # nobody says anything
    button = f"{told}Comments\n{STORY}\n" + f"{STORY}\n" * 9
    assert find_furniture(button + said)[-1] == Furniture(len(button), len(button + said), "comments")


@pytest.mark.parametrize("goes_on", ["Ann Lee, 41, a baker, says:", "Leave a comment", "Best"])
def test_what_people_of_a_story_say_is_no_comment_on_it(goes_on):
    said = f"{goes_on}\n“I will miss the old quay.”\nThe council decides in March."
    text = f"{STORY}\n{STORY}\nReaders' comments\n{said}"
    assert all(one.end <= text.index("“") for one in find_furniture(text))
