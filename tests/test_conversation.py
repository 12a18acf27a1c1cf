"""Follow-ups: what they are taken to mean, and that they are asked in the articles under discussion."""

import io
from dataclasses import replace
from datetime import date

import pytest

from embeddings.documents import Article, Hit, Passage
from embeddings.errors import InvalidInput
from embeddings.store import ANY, Filter
from qa.answers import Answer, Span
from qa.antecedents import Turn, groups, names_in, persons
from qa.cli import main
from qa.conversation import EXPECTED, Conversation
from qa.followups import readings
from qa.pipeline import Gathered
from qa.times import tells_time

STORY = (
    "Renée Solberg was elected mayor of Port Sorrel in June 2021. She had been a ship's pilot. "
    "Solberg beat Halvar Munk; he conceded at once. The old Kilbray Bridge fell in March. "
    "The Rovers won. The mayoral race was close; he lost boats. "
    "Ann Bray, Tom Lund and Eva Moe led the inquiry. Sorrel Ferries runs the boats."
)


def turn(question, answer=""):
    article = Article("a", "Solberg wins", STORY)
    hit = Hit(Passage("a", 0, len(STORY)), article, 1.0)
    start = STORY.index(answer or "Renée")
    text = answer or "Renée"
    span = Span(text, start, start + len(text), 5.0, hit)
    return Turn(question, Answer(question, question, (span,), (hit,), 0.9, bool(answer)))


MAYOR = turn("Who was elected mayor of Port Sorrel in June 2021?", "Renée Solberg")
BRIDGE = turn("When did the old Kilbray Bridge fall?", "March")
INQUIRY = turn("Who led the inquiry?", "Ann Bray, Tom Lund and Eva Moe")
FERRIES = turn("Who owns Sorrel Ferries?")


@pytest.mark.parametrize(
    ("turns", "question", "meant"),
    [
        ([MAYOR], "What did she do before?", "What did Renée Solberg do before?"),
        ([MAYOR], "And what was her job?", "What was Renée Solberg's job?"),
        ([MAYOR], "And her job?", "What is Renée Solberg's job?"),
        ([MAYOR, BRIDGE], "How old was she?", "How old was Renée Solberg?"),
        ([turn("Whom did Solberg beat?", "Halvar Munk")], "Did he concede?", "Did Halvar Munk concede?"),
        ([turn("Whom did Solberg beat in June?", "Halvar Munk")], "What did she do then?",
         "What did Solberg do then?"),
        ([BRIDGE], "And where?", "Where did the old Kilbray Bridge fall?"),
        ([BRIDGE], "Why?", "Why did the old Kilbray Bridge fall?"),
        ([BRIDGE], "Who built it?", "Who built Kilbray Bridge?"),
        ([MAYOR], "With what share of the vote?",
         "With what share of the vote was Renée Solberg elected mayor of Port Sorrel in June 2021?"),
        ([INQUIRY], "What did they find?", "What did Ann Bray, Tom Lund and Eva Moe find?"),
        ([turn("What was the population of Corvane in 2021?")], "And of its capital?",
         "What was the population of Corvane's capital in 2021?"),
        ([MAYOR], "And in 2023?", "Who was elected mayor of Port Sorrel in 2023?"),
        ([MAYOR], "What about May 2020?", "Who was elected mayor of Port Sorrel in May 2020?"),
        ([turn("Who sang on Friday?")], "What about Sunday?", "Who sang on Sunday?"),
        ([turn("Who won the race?")], "And on Sunday?", "Who won the race on Sunday?"),
        ([turn("Who won the race?")], "And Sunday?", "Who won the race on Sunday?"),
        ([turn("Who plays the Rovers on Friday?")], "Where do they play?", "Where do the Rovers play?"),
        ([FERRIES], "What about Calder Maritime?", "Who owns Calder Maritime?"),
        ([FERRIES], "How many people work there?", "How many people work in Sorrel Ferries?"),
        ([FERRIES], "Who is its boss?", "Who is Sorrel Ferries' boss?"),
        ([FERRIES], "And now?", "Who owns Sorrel Ferries now?"),
        ([turn("What gusts did Storm Maren bring?")], "And in Storm Isolde?", "What gusts did Storm Isolde bring?"),
        ([turn("What about the men's race? Who won?")], "And the wheelchair race?",
         "What about the wheelchair race? Who won?"),
        ([MAYOR], "Who else stood?", "Who stood?"),
        ([MAYOR], "And in May?", "Who was elected mayor of Port Sorrel in May 2021?"),
        ([turn("What did Halvar Munk buy?", "boats")], "From whom?", "From whom did Halvar Munk buy boats?"),
        ([turn("What did Halvar Munk do?", "he conceded at once. The old Kilbray Bridge fell in March")], "Why?",
         "Why did Halvar Munk do?"),
        ([turn("How many boats will the ferries buy?", "Sorrel")], "Why?", "Why will the ferries buy Sorrel boats?"),
        ([turn("How many people were elected?", "Halvar")], "Where?", "Where were Halvar people elected?"),
        ([turn("How much will the boats cost?", "March")], "Why?", "Why will the boats cost March?"),
        ([turn("How many people died?", "March")], "When?", "When died?"),
        ([turn("Who led Kilbray Town's crew?")], "And Lowmere's?", "Who led Lowmere's crew?"),
        ([turn("Is the inquiry over?")], "Why?", "Why is the inquiry over?"),
        ([turn("Is the inquiry over?")], "Which operators?", "Which operators in the inquiry?"),
        ([BRIDGE], "Which boats?", "Which boats in the old Kilbray Bridge?"),
        ([turn("How many people died in the mayoral race?", "March")], "When was that?", "When was the mayoral race?"),
        ([MAYOR], "By how much?", "By how much was Renée Solberg elected mayor of Port Sorrel in June 2021?"),
        ([MAYOR], "With how many votes?",
         "With how many votes was Renée Solberg elected mayor of Port Sorrel in June 2021?"),
        ([BRIDGE], "When was that?", "When did the old Kilbray Bridge fall?"),
        ([BRIDGE], "Why did this happen?", "Why did the old Kilbray Bridge fall?"),
        ([turn("Who won the Sorrel race?")], "And the National Union?",
         "What about the National Union? Who won the Sorrel race?"),
        ([turn("Who won the Sorrel race?")], "And the Calder one?", "Who won the Calder race?"),
        ([turn("Who won the Sorrel race?")], "And Calder?", "Who won the Calder race?"),
        ([turn("Who built the Kilbray Bridge in Sorrel?")], "What about the Old Pier?",
         "Who built the Old Pier in Sorrel?"),
        ([turn("What about injured? How many died?")], "Why?", "Why died?"),
        ([turn("Who came second in the race?")], "And third?", "Who came third in the race?"),
        ([MAYOR], "What did she say about him?", "What did Renée Solberg say about him?"),
        ([turn("Who lost the mayoral election?")], "When was it?", "When was the mayoral election?"),
        ([turn("How many people saw the wreck in Nov. 2020?")], "Who was she?", "Who was she?"),
    ],
)  # fmt: skip
def test_a_follow_up_is_completed(turns, question, meant):
    first = readings(question, turns)[0]
    assert first.question == meant
    assert first.topic


@pytest.mark.parametrize(
    "question",
    [
        "Who won the 1998 World Cup?",
        "When did Biden say he would come?",
        "Who heads the Stay Put campaign?",
        "and?",
        "Who lost his life in Storm Tobin?",
        "Who changed their minds about Sorrel Ferries?",
        "In which town was Halvar Munk born?",
        "At what time did Norvik Lines sail?",
        "Who was elected mayor of Port Sorrel in June 2021?",  # asked again
    ],
)
def test_a_question_that_stands_alone_is_left_as_it_is(question):
    found = readings(question, [MAYOR])
    assert [reading.question for reading in found] == [question]
    assert not found[0].topic


@pytest.mark.parametrize(
    "question",
    [
        "What did the author of the bear books do before writing them?",
        "Where did the police take the men to question them?",
    ],
)
def test_a_pronoun_that_points_to_its_own_question_is_left_alone(question):
    assert [reading.question for reading in readings(question, [MAYOR])][-1] == question
    assert all(reading.question == question for reading in readings(question, [MAYOR]))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("I've met Gwen Pryce's son", ["Gwen Pryce"]),
        ("He's left, she'll stay", []),
        ("O'Neill said", ["O'Neill"]),
        ("IT and the US", ["IT", "US"]),
    ],
)
def test_pronouns_are_no_names(text, names):
    assert names_in(text) == names


def test_the_first_question_stands_alone():
    assert [reading.question for reading in readings("What did she do?", [])] == ["What did she do?"]


@pytest.mark.parametrize(
    "question",
    [
        "How large was the lead?",
        "What did Solberg pledge in her first hundred days?",  # the one of the story, before another Solberg
        "What did the CEO say?",
    ],
)
def test_a_question_without_a_full_name_is_asked_of_the_story_and_of_all(question):
    of_the_story, of_all = readings(question, [MAYOR])
    assert of_the_story.topic
    assert not of_all.topic
    assert of_the_story.question == of_all.question == question


@pytest.mark.parametrize("question", ["How many died?", "How many survived?", "And how many left?"])
def test_a_verb_behind_how_many_makes_a_whole_question(question):
    found = {reading.question for reading in readings(question, [MAYOR])}
    assert found <= {question, question.removeprefix("And ").capitalize()}


@pytest.mark.parametrize("question", ["Who else?", "And who else?", "What about the other one?", "And the others?"])
def test_who_else_asks_again_without_what_is_known(question):
    (reading,) = readings(question, [MAYOR])
    assert reading.question == MAYOR.question
    assert "Renée Solberg" in reading.without


def test_who_else_did_something_is_asked_without_what_is_known():
    (reading,) = readings("And who else stood?", [MAYOR])
    assert (reading.question, reading.without) == ("Who stood?", ("Renée Solberg",))


def test_a_question_word_is_no_name():
    assert names_in("What about the men's race? Who won the Halvern Marathon?") == ["Halvern Marathon"]
    assert names_in("Who came on Nov. 5?") == ["5"]


def test_what_says_who_a_known_answer_is_is_no_other_answer(pipeline):
    text = "Storm Tobin killed Emil Ravndal, 58, a lorry driver. Infrastructure Minister Ann Lee came."
    article = Article("a", "Storm Tobin", text)
    hits = [Hit(Passage("a", 0, len(text)), article, 1.0)]
    found = pipeline.answer_from("Who died in Storm Tobin?", hits, top=10, without=["Emil Ravndal"])
    assert not any(span.text.endswith("lorry driver") for span in found.spans)
    found = pipeline.answer_from("Who came?", hits, top=10, without=["Ann Lee"])
    assert not any(span.text.endswith("Minister") for span in found.spans)


class Recorder:
    """Answers every question alike, and keeps what it was asked."""

    def __init__(self, probabilities=()):
        self.asked, self.expected, self.probabilities = [], [], list(probabilities)

    def gather(self, question, *, where=ANY, k=None, today=None, topic=""):
        self.asked.append((question, where, topic))
        return Gathered(MAYOR.answer.hits, None, 1.0)

    def answer_gathered(self, question, gathered, *, without=(), fits=None, expected=0.0):
        self.expected.append(expected)
        probability = self.probabilities.pop(0) if self.probabilities else 0.5
        return replace(MAYOR.answer, question=question, searched_for=question, probability=probability)


def test_a_follow_up_is_asked_in_the_articles_under_discussion_first():
    pipeline = Recorder()
    conversation = Conversation(pipeline, [MAYOR])
    since = date(2021, 1, 1)
    answer = conversation.ask("What did she do before?", where=Filter(since=since))
    assert pipeline.asked[0][1] == Filter(since=since, articles=frozenset({"a"}))
    assert pipeline.asked[-1][1] == Filter(since=since)
    assert answer.question == "What did she do before?"
    assert answer.searched_for == "What did Renée Solberg do before?"
    assert [one.question for one in conversation.turns] == [MAYOR.question, "What did Renée Solberg do before?"]


def test_the_passages_of_each_reading_come_before_the_answer():
    pipeline = Recorder()
    conversation = Conversation(pipeline, [MAYOR])
    steps = conversation.steps("What did she do before?")
    assert next(steps) == MAYOR.answer.hits
    assert (len(pipeline.asked), len(pipeline.expected), len(conversation.turns)) == (1, 0, 1)
    rest = list(steps)
    assert len(rest) + 1 == len(pipeline.asked) == len(pipeline.expected)
    assert len(conversation.turns) == 2


def test_the_articles_of_earlier_turns_stay_under_discussion():
    pipeline = Recorder()
    other = Article("b", "Other", "The Rovers won.")
    hit = Hit(Passage("b", 0, 15), other, 1.0)
    aside = Answer("Who won?", "Who won?", (Span("The Rovers", 0, 10, 5.0, hit),), (hit,), 0.9, True)
    Conversation(pipeline, [MAYOR, Turn("Who won?", aside)]).ask("What did she do before?")
    assert pipeline.asked[0][1] == Filter(articles=frozenset({"a", "b"}))
    pipeline.asked.clear()
    turns = [MAYOR, *[Turn("Who won?", aside)] * 3]  # too long ago
    Conversation(pipeline, turns).ask("What did they do before?")
    assert pipeline.asked[0][1] == Filter(articles=frozenset({"b"}))


def test_a_follow_up_is_also_read_as_it_was_asked():
    pipeline = Recorder()
    Conversation(pipeline, [MAYOR]).ask("What did she do before?")
    inside = [question for question, where, _ in pipeline.asked if where.articles]
    assert inside == [
        "What did Renée Solberg do before?",
        "What did she do before?",
        "Renée Solberg, Port Sorrel: What did she do before?",
    ]


def test_names_put_before_a_question_do_not_stay_in_the_conversation():
    conversation = Conversation(Recorder([0.3, 0.3, 0.9]), [MAYOR])
    assert conversation.ask("What did she do before?").searched_for.startswith("Renée Solberg, Port Sorrel: ")
    assert conversation.turns[-1].question == "What did Renée Solberg do before?"


@pytest.mark.parametrize(
    ("question", "behind"),
    [
        ("What did she do before?", True),
        ("How large was the lead?", True),
        ("How did that vote end?", True),
        ("How long does heather need to recover after a fire?", False),
        ("Who said that prices would rise?", False),
        ("Who beat Solberg in the race?", False),
    ],
)
def test_what_leans_or_speaks_of_something_known_is_asked_behind_names(question, behind):
    pipeline = Recorder()
    Conversation(pipeline, [MAYOR]).ask(question)
    assert any(asked == f"Renée Solberg, Port Sorrel: {question}" for asked, _, _ in pipeline.asked) is behind


def test_a_question_without_names_before_it_is_asked_behind_none():
    pipeline = Recorder()
    Conversation(pipeline, [turn("how many were there in 2021?")]).ask("Who else?")  # no names but a number
    assert not any(":" in question for question, _, _ in pipeline.asked)


def test_an_answer_is_expected_in_the_articles_under_discussion():
    pipeline = Recorder()
    Conversation(pipeline, [MAYOR]).ask("What did she do before?")
    assert all(
        (gain == EXPECTED) is bool(asked[1].articles)
        for gain, asked in zip(pipeline.expected, pipeline.asked, strict=True)
    )
    assert {0.0, EXPECTED} == set(pipeline.expected)
    pipeline = Recorder()
    Conversation(pipeline, [MAYOR]).ask("Who won the 1998 World Cup?")
    assert pipeline.expected == [0.0]


@pytest.mark.parametrize(
    ("inside", "named", "outside", "chosen"),
    [
        (0.3, 0.9, 0.4, 0.9),
        (0.4, 0.45, 0.1, 0.4),  # a whole question before names, where both are about as sure
        (0.4, 0.5, 0.1, 0.5),
        (0.4, 0.3, 0.6, 0.4),  # the articles under discussion are left for a much surer answer only
        (0.4, 0.3, 0.7, 0.7),
        (0.0, 0.0, 0.1, 0.1),
        (1.0, 0.0, 1.0, 1.0),
    ],
)
def test_the_surer_reading_counts(inside, named, outside, chosen):
    conversation = Conversation(pipeline := Recorder([inside, named, outside, 0.0]), [MAYOR])
    assert conversation.ask("How large was the lead?").probability == chosen
    assert [bool(where.articles) for _, where, _ in pipeline.asked] == [True, True, False, False]


def test_a_reading_that_fits_leaves_no_room_for_one_that_only_might():
    turns = [turn("What was the population of Corvane in 2021?")]
    assert [one.question for one in readings("And of its capital?", turns)] == [
        "What was the population of Corvane's capital in 2021?"
    ]


def test_a_follow_up_that_would_become_too_long_is_asked_as_it_stands():
    long = turn(f"When did {'x' * 990}?")
    pipeline = Recorder()
    assert Conversation(pipeline, [long]).ask("And where?").searched_for == "And where?"
    assert [question for question, _, _ in pipeline.asked] == ["And where?"]


def test_bad_questions_are_refused_and_not_remembered():
    conversation = Conversation(Recorder(), [MAYOR])
    with pytest.raises(InvalidInput, match="empty"):
        conversation.ask(" ? ")
    assert conversation.turns == [MAYOR]


def test_a_real_conversation_from_python(pipeline):
    from qa import converse

    conversation = converse()
    assert conversation.ask("When was the engineer Gustav Renn born?").text == "2 March 1930"
    answer = conversation.ask("And where?")
    assert answer.text == "Saltby"
    assert answer.searched_for == "Where was the engineer Gustav Renn born?"


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        *(("And when?", True), ("Since when?", True), ("In which year?", True), ("What day?", True)),
        *(("And where?", False), ("With whom?", False), ("How many?", False)),
    ],
)
def test_a_bare_when_asks_for_a_time(question, asks):
    assert [one.asks_when for one in readings(question, [MAYOR])] == [asks]


def test_nothing_but_a_time_answers_a_bare_when(pipeline):
    conversation = Conversation(pipeline)
    assert "Mayorkas" in conversation.ask("who led the delegation?").text
    answer = conversation.ask("And when?")
    assert all(tells_time(span.text) for span in answer.spans), [span.text for span in answer.spans]
    asked = Conversation(pipeline)
    assert asked.ask("Who was elected mayor of Port Sorrel?").text
    assert "2021" in asked.ask("And when?").text


def test_a_conversation_in_the_terminal_says_what_it_searched_for(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO("When was the engineer Gustav Renn born?\nAnd where?\n"))
    assert main(["chat"]) == 0
    assert "Saltby" in (shown := capsys.readouterr().out)
    assert "searched for: Where was the engineer Gustav Renn born?" in shown


@pytest.mark.parametrize(
    ("articles", "first"), [({"b"}, {"b"}), ({"a", "b"}, {"a"})], ids=["others than are talked of", "those, too"]
)
def test_a_conversation_on_some_articles_reads_no_others(articles, first):
    pipeline = Recorder()
    where = Filter(articles=frozenset(articles))
    Conversation(pipeline, [MAYOR]).ask("What did she do before?", where=where)
    assert pipeline.asked[0][1] == Filter(articles=frozenset(first))
    assert all(asked.articles <= articles for _, asked, _ in pipeline.asked)


def test_who_else_is_not_asked_behind_names():
    pipeline = Recorder()
    Conversation(pipeline, [MAYOR]).ask("Who else?")
    assert {question for question, _, _ in pipeline.asked} == {MAYOR.question}


def test_a_follow_up_that_was_asked_before_is_asked_as_it_stands():
    assert readings("Why did it fall?", [BRIDGE])[0].question == "Why did Kilbray Bridge fall?"
    [again] = readings("Why did it fall?", [BRIDGE, turn("Why did it fall?")])
    assert (again.question, again.topic) == ("Why did it fall?", "")


def test_them_are_the_many_of_the_same_question():
    question = "Where did the police take the strikers to question them?"
    assert {one.question for one in readings(question, [INQUIRY])} == {question}


@pytest.mark.parametrize(("who", "may_be_he"), [("US", False), ("Bo Lind", True)])
def test_letters_that_stand_for_a_name_are_no_person(who, may_be_he):
    text = "Norvik lost to US. Bo Lind lost, too."
    start = text.index(who)
    hit = Hit(Passage("a", 0, len(text)), Article("a", "Final", text), 1.0)
    answer = Answer("Who?", "Who?", (Span(who, start, start + len(who), 5.0, hit),), (hit,), 0.9, True)
    assert (who in persons([Turn("Who?", answer)], "he")) is may_be_he


def test_a_long_answer_is_no_group():
    text = "Ann Bray, Tom Lund and Eva Moe led the inquiry. Sorrel Ferries runs the boats"
    assert text in groups([turn("Who were they?", text)], "they")
    longer = f"boats. {text}"
    assert longer not in groups([turn("Who were they?", longer)], "they")
