"""Questions that name a time."""

from datetime import date

import pytest
from pandas import NaT

from embeddings.documents import Article
from embeddings.errors import InvalidInput
from embeddings.local import LocalStore
from embeddings.store import Filter
from qa.filters import read_day
from qa.presentation import in_period
from qa.retriever import Retriever
from qa.times import asks_about_now, period_of, tells_time

TODAY = date(2022, 6, 15)  # a Wednesday


@pytest.mark.parametrize(
    ("question", "since", "until", "exact"),
    [
        ("Who resigned yesterday?", "2022-06-14", "2022-06-15", True),
        ("Yesterday, who resigned?", "2022-06-14", "2022-06-15", True),
        ("Who has resigned since yesterday?", "2022-06-14", None, True),
        ("What has happened since last week?", "2022-06-06", None, True),
        ("What has happened since last Monday?", "2022-06-13", None, True),
        ("What has happened after last month?", "2022-06-01", None, True),
        ("Who was mayor before last year?", None, "2020-12-31", False),
        ("Who was mayor until last month?", None, "2022-06-01", False),
        ("Who resigned in the last twelve months?", "2021-06-14", "2022-06-15", True),
        ("What happened today?", "2022-06-15", "2022-06-15", True),
        ("Who won last week?", "2022-06-06", "2022-06-13", True),
        ("Who won this week?", "2022-06-13", "2022-06-19", True),
        ("Who won last month?", "2022-05-01", "2022-06-01", True),
        ("Who won last year?", "2021-01-01", "2022-06-15", False),  # "last year's winner" is told this year
        ("Who won this year?", "2022-01-01", "2022-12-31", True),
        ("Who won last night?", "2022-06-14", "2022-06-15", True),
        ("What happened this morning?", "2022-06-15", "2022-06-15", True),
        ("Who won at the weekend?", "2022-06-11", "2022-06-13", True),
        ("Who won last weekend?", "2022-06-11", "2022-06-13", True),
        ("Who resigned three days ago?", "2022-06-12", "2022-06-13", True),
        ("Who resigned two weeks ago?", "2022-05-28", "2022-06-05", False),
        ("Who resigned a year ago?", "2020-12-14", "2021-12-15", False),
        ("Who resigned in the last few days?", "2022-06-10", "2022-06-15", True),
        ("Who resigned in the past 48 hours?", "2022-06-13", "2022-06-15", True),
        ("Who resigned over the last fortnight?", "2022-06-01", "2022-06-15", True),
        ("Who resigned in December last year?", "2021-12-01", "2022-01-14", False),
        ("Who resigned on June 16 last year?", "2021-06-16", "2021-06-30", False),
        ("Who resigned last March?", "2022-03-01", "2022-04-14", False),
        ("What has happened since last March?", "2022-03-01", None, True),
        ("Who resigned last June?", "2021-06-01", "2021-07-14", False),
        ("Who resigned on the 9th of March 2021?", "2021-03-09", "2021-03-23", False),
        ("What is to be built by the end of 2026?", None, "2026-12-31", False),
        ("What was built between March and June 2021?", "2021-03-01", "2021-06-30", False),
        ("What was built from 7 to 9 March 2021?", "2021-03-07", "2021-03-09", False),
        ("What was built from 7 to 9 March?", "2022-03-07", "2022-03-09", False),
        ("What was built between March and May?", "2022-03-01", "2022-05-31", False),
        ("What was built between June and August?", "2021-06-01", "2021-08-31", False),
        ("What was built between 8 June 2021 and today?", "2021-06-08", "2022-06-15", False),
        ("What was built from 2020 until now?", "2020-01-01", "2022-06-15", False),
        ("Who resigned two years ago today?", "2019-12-15", "2020-12-15", False),
        ("Who resigned at the end of March?", "2022-03-01", "2022-04-14", False),
        ("What happened in the last two weeks of June?", "2022-06-01", "2022-07-14", False),  # and not of the last days
        ("Who resigned in the last three months?", "2022-03-15", "2022-06-15", True),
        ("Who resigned over the past 10 days?", "2022-06-05", "2022-06-15", True),
        ("Who resigned in the past week?", "2022-06-08", "2022-06-15", True),
        ("What was said last Monday?", "2022-06-13", "2022-06-14", True),
        ("What was said last Wednesday?", "2022-06-08", "2022-06-09", True),
        ("Which storm hit in June 2021?", "2021-06-01", "2021-07-14", False),
        ("Which storm hit on 8 June 2021?", "2021-06-08", "2021-06-22", False),
        ("Which storm hit on June 8th, 2021?", "2021-06-08", "2021-06-22", False),
        ("Who won the election in 2019?", "2019-01-01", "2020-01-14", False),
        ("Who won in early 2019?", "2019-01-01", "2020-01-14", False),
        ("What changed since March 2022?", "2022-03-01", None, False),
        ("What changed after 2020?", "2021-01-01", None, False),
        ("What was known before 8 June 2021?", None, "2021-06-07", False),
        ("What was built by 2020?", None, "2020-12-31", False),
        ("What was built between May 2020 and 2021?", "2020-05-01", "2021-12-31", False),
        ("What was built between May 2021 and 2021?", "2021-05-01", "2021-12-31", False),
        ("What was built from 2020 to May 2021?", "2020-01-01", "2021-05-31", False),
        ("Who won on Saturday 13 April 2024?", "2024-04-13", "2024-04-27", False),
        ("Who won on Saturday, April 13, 2024?", "2024-04-13", "2024-04-27", False),
        ("Who won Saturday, April 13, 2024?", "2024-04-13", "2024-04-27", False),
        ("Who has left since Saturday the 13th of April 2024?", "2024-04-13", None, False),
        ("Who won on 13/04/2024?", "2024-04-13", "2024-04-27", False),
        ("Who won on 04/13/2024?", "2024-04-13", "2024-04-27", False),
        ("Who won the day before yesterday?", "2022-06-13", "2022-06-14", True),
        ("Who has left since the day before yesterday?", "2022-06-13", None, True),
        ("Who won in February?", "2022-02-01", "2022-03-14", False),
        ("Who won in early August?", "2021-08-01", "2021-09-14", False),
        ("Who won in June?", "2022-06-01", "2022-07-14", False),
        ("Who won on 3 May?", "2022-05-03", "2022-05-17", False),
        ("Who won on the 16th of June?", "2021-06-16", "2021-06-30", False),
        ("Who won on Tuesday?", "2022-06-14", "2022-06-15", False),
        ("Who won on Wednesday night?", "2022-06-15", "2022-06-16", False),
        ("Who has left since Monday?", "2022-06-13", None, False),
        ("Who won in spring 2021?", "2021-03-01", "2021-06-14", False),
        ("Who has left since the spring of 2021?", "2021-03-01", None, False),
        ("What was built before the end of 2021?", None, "2021-12-30", False),
        ("What was built by the start of 2021?", None, "2021-01-01", False),
        ("What was built since the end of May 2021?", "2021-05-31", None, False),
        ("What was built after the beginning of 2021?", "2021-01-02", None, False),
        ("Who won in mid-2019?", "2019-01-01", "2020-01-14", False),
        ("Who won in mid-June 2021?", "2021-06-01", "2021-07-14", False),
        ("who won in june", "2022-06-01", "2022-07-14", False),
        ("who won on 3 may", "2022-05-03", "2022-05-17", False),
        ("who won on may 3rd", "2022-05-03", "2022-05-17", False),
        ("WHO WON IN MAY?", "2022-05-01", "2022-06-14", False),
        ("who won on tuesday", "2022-06-14", "2022-06-15", False),
        ("who has left since monday", "2022-06-13", None, False),
        ("Who won last summer?", "2021-06-01", "2021-09-14", False),
        ("Who won last spring?", "2022-03-01", "2022-06-14", False),
        ("Who won this summer?", "2022-06-01", "2022-09-14", False),
        ("Who has left since last autumn?", "2021-09-01", None, True),
        ("Who won on the last Monday in May 2021?", "2021-05-01", "2021-06-14", False),
        ("Last Week, who won?", "2022-06-06", "2022-06-13", True),
        ("WHO WON LAST WEEK?", "2022-06-06", "2022-06-13", True),
        ("Who fell last fall?", "2021-09-01", "2021-12-14", False),
        ("Why did prices rise this fall?", "2022-09-01", "2022-12-14", False),
        ("Who died on the evening of Tuesday?", "2022-06-14", "2022-06-15", False),
        ("Who died in the attack of May 9?", "2022-05-09", "2022-05-23", False),
        ("Who died in the attack of the 9th of May?", "2022-05-09", "2022-05-23", False),
    ],
)
def test_periods(question, since, until, exact):
    period = period_of(question, TODAY)
    assert [str(day) if day is not None else None for day in (period.since, period.until)] == [since, until]
    assert period.exact is exact
    assert period.words in question


@pytest.mark.parametrize(
    "question",
    [
        "Who led the delegation?",
        "Who may resign?",
        "Who led the last march?",
        "How many of the 2021 votes were counted?",
        "What did today's report say?",
        "What is the 2019 election called?",
        "Who came on 31 June 2021?",
        "Who ruled between 2021 and 2019?",
        "Who ran from 5 to 31 June?",
        "What cost 2000 crowns?",
        "Who was last?",
        "What happened in the last week of the campaign?",
        "Where was she in her last year at school?",
        "Who led the party in the last year of the war?",
        "Who writes for USA Today?",
        "Who sang Yesterday?",
        "Who won at last?",
        "Who won on 03/04/2024?",
        "Who lives in May Street?",
        "What is on Tuesday's agenda?",
        "Who came on 29 February?",
        "What is played on Tuesdays?",
        "Who works in march formation?",
        "Who was in may trees?",
        "What caused this fall in prices?",
        "Who survived the last fall?",
        "Who is the mother of April?",
        "What did the critics of May say?",
        "Who is the author of Friday?",
        "Who presents Last Week Tonight?",
        "Who directed I Know What You Did Last Summer?",
        "Who was in Last Friday?",
        "When did prices last fall?",
        "Who left on the last Monday of the season?",
        "When did share prices last fall below ten crowns?",
        "Why did this spring up?",
    ],
)
def test_questions_without_a_period(question):
    assert period_of(question, TODAY) is None


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Who won today?", "“today”: only articles of 15 June 2022"),
        ("Who won yesterday?", "“yesterday”: only articles from 14 June 2022 to 15 June 2022"),
        ("Who has left since May?", "“since May”: articles from 1 May 2022 first"),
        ("Who won by May 2022?", "“by May 2022”: articles to 31 May 2022 first"),
    ],
)
def test_a_period_in_words(question, said):
    assert in_period(period_of(question, TODAY)) == said


@pytest.mark.parametrize(
    ("question", "exact"),
    [
        ("Who died today?", True),
        ("What did the mayor say today?", True),
        ("Who is the mayor meeting today?", True),
        ("Who lives in Halvern today?", False),
        ("Who’s the mayor of Halvern today?", False),
        ("What's happening in Halvern today?", True),
        ("How many people does the mill employ today?", False),
        ("Today, who owns the mill?", True),
        ("What is the old building used for today?", False),
        ("Where is the painting kept today?", False),
        ("Who is today's guest?", False),
    ],
)
def test_today_is_this_day_or_nowadays(question, exact):
    period = period_of(question, TODAY)
    assert (period is not None and period.exact) is exact


@pytest.mark.parametrize(
    ("question", "now"),
    [
        ("Who is the current mayor?", True),
        ("Who was the mayor?", False),
        ("Who lives in Halvern today?", True),
        ("Who is the mayor meeting today?", False),
        ("Who is today's guest?", False),
    ],
)
def test_now(question, now):
    assert asks_about_now(question) is now


@pytest.fixture
def retriever(tmp_path, encoder):
    store = LocalStore(tmp_path / "library", encoder, create=True)
    text = "The storm hit the coast and {} trees fell in the night."
    store.add(
        [
            Article(str(year), "Storm", text.format(word), date(year, 6, 20))
            for year, word in ((2020, "ten"), (2021, "nine"), (2022, "six"))
        ]
        + [Article("undated", "Storm", text.format("no"))]
    )
    yield Retriever(store)
    store.close()


def first(retriever, question, **options):
    return [hit.article.id for hit in retriever.find(question, 4, **options)]


def test_articles_of_a_period_go_first_and_the_others_stay(retriever):
    june = Filter(since=date(2021, 6, 1), until=date(2021, 6, 30))
    found = first(retriever, "How many trees did the storm fell?", prefer=june)
    assert found[0] == "2021"
    assert len(found) == 4
    assert first(retriever, "Storm?", prefer=Filter(since=date(1999, 1, 1), until=date(1999, 1, 2))) == first(
        retriever, "Storm?"
    )


def test_what_the_period_has_is_found_behind_any_number_of_better_matches(tmp_path, encoder):
    store = LocalStore(tmp_path / "many", encoder, create=True)
    storms = [Article(str(at), "Storm", f"The storm hit coast {at}.", date(2020, 6, 20)) for at in range(120)]
    weaker = Article("june", "Storm", "The storm hit coast and town.", date(2021, 6, 20))
    store.add([*storms, weaker])
    options = {"prefer": Filter(since=date(2021, 6, 1), until=date(2021, 6, 30))}
    ids = [[hit.article.id for hit in Retriever(store).find("The storm hit", 50, **some)] for some in ({}, options)]
    store.close()
    assert ["june" in some for some in ids] == [False, True]


def test_the_newest_goes_first_where_the_question_is_about_now(retriever):
    assert first(retriever, "How many trees did the latest storm fell?", newest=True)[0] == "2022"


def test_the_pipeline_reads_a_period_out_of_the_question(pipeline):
    answer = pipeline.answer("Who resigned last month?", today=date(2023, 7, 10))
    assert {str(hit.article.published)[:7] for hit in answer.hits} == {"2023-06"}
    assert answer.period.words == "last month"
    nothing = pipeline.answer("Who resigned last month?", today=date(1999, 7, 10))
    assert (nothing.hits, nothing.found) == ((), False)
    narrowed = pipeline.answer(
        "Who resigned last month?", today=date(1999, 7, 10), where=Filter(since=date(2023, 1, 1))
    )
    assert narrowed.hits, "what the caller filters by goes before the question's words"
    assert pipeline.answer("Who led the delegation?").period is None


@pytest.mark.parametrize(
    ("text", "tells"),
    [
        *(("2021", True), ("at 10.15", True), ("on Tuesday", True), ("mid-June", True), ("three days ago", True)),
        *(("the nineties", True), ("after the flood", True), ("Christmas", True)),
        *(("Ana Reyes", False), ("to slow crossings along the border", False)),
        *(("in Mexico", False), ("two cities", False), ("", False)),
    ],
)
def test_what_tells_a_time(text, tells):
    assert tells_time(text) is tells


@pytest.mark.parametrize(
    ("name", "written", "day"),
    [
        ("since", "2021", date(2021, 1, 1)),
        ("until", "2021", date(2021, 12, 31)),
        ("since", "2021-06", date(2021, 6, 1)),
        ("until", "2021-02", date(2021, 2, 28)),
        ("until", "8 June 2021", date(2021, 6, 8)),
        ("today", "2021-06-08", date(2021, 6, 8)),
        ("since", "  ", None),
    ],
)
def test_days_to_narrow_by(name, written, day):
    assert read_day(name, written) == day


@pytest.mark.parametrize(
    ("name", "written"),
    [("today", "2021"), ("since", "2021-13"), ("until", "N/A"), ("since", "03/04/2021"), ("since", 1), ("since", NaT)],
)
def test_what_is_no_day_is_refused(name, written):
    with pytest.raises(InvalidInput, match=f"{name} must be a date like 2021-06-08"):
        read_day(name, written)


@pytest.mark.parametrize(
    ("question", "day", "since", "until"),
    [
        ("Who won at the weekend?", date(2022, 6, 12), "2022-06-11", "2022-06-12"),  # a Sunday
        ("Who won last weekend?", date(2022, 6, 12), "2022-06-04", "2022-06-06"),
        ("Who won this weekend?", date(2022, 6, 11), "2022-06-11", "2022-06-11"),
    ],
)
def test_the_weekend_that_it_is(question, day, since, until):
    period = period_of(question, day)
    assert (str(period.since), str(period.until)) == (since, until)
