"""What follow-ups are taken to mean, by rules."""

import pytest
from spans import answer_of, hit_in, span_in
from turns import BRIDGE, FERRIES, INQUIRY, MAYOR, turn

from qa.followups.antecedents import Turn, groups, names_in, persons
from qa.followups.rewriting import asks_of_anything, behind_names, readings


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
        ([turn("Who lives in C:\\dam?")], "And in its suburbs?", "Who lives in C:\\dam's suburbs?"),
        ([turn("Who lives in Corvane?")], "In its capital?", "Who lives in Corvane's capital?"),
        ([turn("Who was arrested?")], "For murder?", "Who was arrested for murder?"),
        ([MAYOR], "And didn’t it fall?", "Didn’t it fall?"),
        ([MAYOR], "And in 2023?", "Who was elected mayor of Port Sorrel in 2023?"),
        ([MAYOR], "What about May 2020?", "Who was elected mayor of Port Sorrel in May 2020?"),
        ([turn("Who sang on Friday?")], "What about Sunday?", "Who sang on Sunday?"),
        ([turn("Who won the race?")], "And on Sunday?", "Who won the race on Sunday?"),
        ([turn("Who won the race?")], "And Sunday?", "Who won the race on Sunday?"),
        ([turn("Who plays the Rovers on Friday?")], "Where do they play?", "Where do the Rovers play?"),
        ([FERRIES], "What about Calder Maritime?", "Who owns Calder Maritime?"),
        ([MAYOR, turn("How old is she?")], "And Munk?", "How old is Munk?"),
        ([turn("Is it true that she left?")], "And Munk?", "Is it true that Munk left?"),
        ([turn("When will it rain?")], "And Lowmere?", "What about Lowmere? When will it rain?"),
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
        ([turn("Who's the mayor of Port Sorrel?", "Renée Solberg")], "Why?",
         "Why is Renée Solberg the mayor of Port Sorrel?"),
        ([turn("When’s the inquiry?")], "And where’s that?", "Where is the inquiry?"),
        ([BRIDGE], "Why did this happen?", "Why did the old Kilbray Bridge fall?"),
        ([turn("Who won the Sorrel race?")], "And the National Union?",
         "What about the National Union? Who won the Sorrel race?"),
        ([turn("Who won the Sorrel race?")], "And the Calder one?", "Who won the Calder race?"),
        ([turn("Who won the Sorrel race?")], "And Calder?", "Who won the Calder race?"),
        ([turn("Who built the Kilbray Bridge in Sorrel?")], "What about the Old Pier?",
         "Who built the Old Pier in Sorrel?"),
        ([turn("What about injured? How many died?")], "Why?", "Why died?"),
        ([turn("What about the mayoral vote? Who won?")], "Why was it late?", "Why was the mayoral vote late?"),
        ([turn("Who came second in the race?")], "And third?", "Who came third in the race?"),
        ([MAYOR], "What did she say about him?", "What did Renée Solberg say about him?"),
        ([turn("Who lost the mayoral election?")], "When was it?", "When was the mayoral election?"),
        ([turn("Who was the mayor in Port Sorrel?")], "And the ship's pilot?",
         "Who was the ship's pilot in Port Sorrel?"),
        ([turn("What did Renée Solberg say?")], "And the harbour master?", "What did the harbour master say?"),
        ([turn("What did Renée Solberg win?")], "And the inquiry?",
         "What about the inquiry? What did Renée Solberg win?"),
        ([turn("How many seats did the Liberal Union win?")], "And the Greens?", "How many seats did the Greens win?"),
        ([turn("When will the Liberal Union meet in May?")], "And the Greens?", "When will the Greens meet in May?"),
        ([turn("When does Hay Bridge open?")], "And the Old Pier?", "When does the Old Pier open?"),
        ([turn("Who is Port Sorrel's mayor?")], "And of Lowmere?", "Who is Lowmere's mayor?"),
        ([turn("How many boats are in Port Sorrel?")], "And of Lowmere?", "How many boats are in Lowmere?"),
        ([turn("Where did the fire in Port Sorrel start?")], "And in Vik?", "Where did the fire in Vik start?"),
        ([turn("Who was in charge in Port Sorrel?")], "And in Vik?", "Who was in charge in Vik?"),
        ([turn("How much is it to sail to Norvik?")], "And to Vik?", "How much is it to sail to Vik?"),
        ([turn("Who was in charge in Port Sorrel?")], "In Vik?", "Who was in charge in Vik?"),
        ([MAYOR], "In 2023?", "Who was elected mayor of Port Sorrel in 2023?"),
        ([turn("Who works in the Norvik mine?")], "And in Vik?", "Who works in Vik?"),
        ([turn("How many men sail at Norvik?")], "And in Lowmere?", "How many men sail at Norvik in Lowmere?"),
        ([turn("How many boats are in Port Sorrel?")], "No, Lowmere.", "How many boats are in Lowmere?"),
        ([turn("How many boats are in Port Sorrel?")], "Sorry, I meant Lowmere", "How many boats are in Lowmere?"),
        ([turn("How many boats are in Port Sorrel?")], "I mean in Lowmere.", "How many boats are in Lowmere?"),
        ([turn("How many boats are in Port Sorrel?"), turn("According to whom?")], "And Lowmere?",
         "How many boats are in Lowmere?"),
        ([BRIDGE], "No, why?", "Why did the old Kilbray Bridge fall?"),
        ([turn("When was the tower built?")], "No, the bridge.", "When was the bridge built?"),
        ([turn("When did the strike end?")], "And the talks?", "When did the talks end?"),
        ([turn("How old is the tower?")], "What about the bridge?", "How old is the bridge?"),
        ([turn("How much is a day ticket?")], "And a pass?", "How much is a pass?"),
        ([turn("Who will be chief pilot?")], "And mayor?", "Who will be mayor?"),
        ([turn("What do crews cost?")], "And boats?", "What do boats cost?"),
        ([turn("Who is the minister of justice?")], "And boats?", "Who is the minister of boats?"),
        ([turn("What do crews cost?")], "And rye?", "What about rye? What do crews cost?"),  # no noun that is known
        ([turn("What do crews cost?")], "And now?", "What do crews cost now?"),
        ([turn("How many sailed last year?")], "And in 2011?", "How many sailed in 2011?"),
        ([turn("How many sailed last year?")], "What about this year?", "How many sailed this year?"),
        ([turn("Who left Port Sorrel in June 2021?")], "And last week?", "Who left Port Sorrel last week?"),
        ([turn("Who sails?")], "And yesterday?", "Who sails yesterday?"),
        ([turn("How many sailed last year?", "Sorrel")], "Why?", "Why Sorrel sailed last year?"),
        ([turn("Who won the Great Cup?", "Port Sorrel")], "How old is she?", "How old is Renée Solberg?"),
        ([turn("Who won the cup?")], "And the mayoral race?", "Who won the mayoral race?"),
        ([turn("Who won the cup?")], "And the weather?", "What about the weather? Who won the cup?"),
        ([turn("Does Halvar Munk sing?")], "In which choir?", "In which choir does Halvar Munk sing?"),
        ([turn("Will Munk pay the men?")], "Until when?", "Until when will Munk pay the men?"),
        ([MAYOR], "Whats her job?", "What is Renée Solberg's job?"),
        ([INQUIRY, turn("What is the ship's pilot's name?")], "What do they say?",
         "What do Ann Bray, Tom Lund and Eva Moe say?"),
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
        ("Who’s Gwen Pryce?", ["Gwen Pryce"]),
        ("Didn't Gwen Pryce say what's next? What's Port Sorrel's view?", ["Gwen Pryce", "Port Sorrel"]),
        ("O'Neill said", ["O'Neill"]),
        ("IT and the US", ["IT", "US"]),
        ("Did Šeško beat Łucja Świątek?", ["Šeško", "Łucja Świątek"]),
        ("Ana Reyes: Did Bo Lind resign?", ["Ana Reyes", "Bo Lind"]),
        ("insurers, Lutine & Harker", ["Lutine & Harker"]),
        ("Did AT&T sue Orrin & Vale Water?", ["AT&T", "Orrin & Vale Water"]),
        ("It beat Johan Moe. The Rovers beat St. Ives\nSorrel lost", ["Johan Moe", "Rovers", "St. Ives", "Sorrel"]),
    ],
)
def test_pronouns_are_no_names(text, names):
    assert names_in(text) == names


def test_of_the_questions_before_the_last_that_can_be_is_asked_again():
    turns = [turn("Who is the captain of Port Sorrel?"), turn("Who is the coach of Port Sorrel?")]
    assert [one.question for one in readings("And of Lowmere?", turns)] == ["Who is the coach of Lowmere?"]


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
    assert (reading.question, reading.without) == ("Who stood?", ("Renée Solberg", "Port Sorrel"))
    (again,) = readings("Who else stood?", [turn("Who stood?", "Halvar Munk"), turn("Who stood?", "Ivo Brandt")])
    assert again.without == ("Ivo Brandt", "Halvar Munk", "Ivo Brandt")
    [again] = readings("Who else?", [turn("who won the cup?", "Ivo Brandt"), turn("who won the Cup?", "Halvar Munk")])
    assert again.without == ("Ivo Brandt", "Halvar Munk")


@pytest.mark.parametrize(
    ("question", "empty"),
    [
        ("Was anyone hurt?", True),
        ("How many people died?", True),
        ("And did anybody survive?", True),
        ("Who operates the ship?", False),
        ("How many people died in 2020?", False),
        ("Was anyone hurt in Sorrel?", False),
        ("How do bees dance?", False),
    ],
)
def test_what_asks_about_nothing_without_the_turns_before(question, empty):
    assert asks_of_anything(question) is empty


@pytest.mark.parametrize(
    ("question", "behind"),
    [
        ("Who was the judge?", "Port Sorrel"),
        ("Who led the inquiry?", "Port Sorrel"),
        ("Who was the judge she met?", "Renée Solberg, Port Sorrel"),
        ("What did the judge say?", "Renée Solberg, Port Sorrel"),
    ],
)
def test_nobodys_name_is_put_before_a_question_for_another(question, behind):
    first = readings(question, [MAYOR])[0]
    assert behind_names(question, first, MAYOR).question == f"{behind}: {question}"


def test_a_whole_question_of_something_else_is_not_asked_behind_the_old_names():
    first = readings("And of Lowmere?", [asked := turn("Who is the mayor of Port Sorrel?")])[0]
    assert (first.question, first.of_other) == ("Who is the mayor of Lowmere?", True)
    assert behind_names("And of Lowmere?", first, asked) is None


def test_a_question_for_another_may_be_left_without_names():
    first = readings("Who was the judge?", [asked := turn("Who won?", "Renée Solberg")])[0]
    named = behind_names("Who was the judge?", first, asked)
    assert (named.question, named.topic) == ("Who was the judge?", "")


def test_names_are_found_in_the_text_of_a_whole_book():
    # in the square of its length this would take minutes
    assert names_in("The old Ana Reyes left. " * 15_000) == ["Ana Reyes"] * 15_000


def test_a_question_word_is_no_name():
    assert names_in("What about the men's race? Who won the Halvern Marathon?") == ["Halvern Marathon"]
    assert names_in("Who came on Nov. 5?") == ["5"]


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
    assert (who in persons([Turn("Who?", answer_of(span_in(hit_in(text), who)))], "he")) is may_be_he


@pytest.mark.parametrize(("answer", "named"), [("Port Sorrel", ["Renée Solberg"]), ("", [])])
def test_an_answer_that_was_withheld_names_nobody(answer, named):
    assert list(persons([turn("Who resigned?", answer)], "she")) == named


def test_nobody_is_called_what_somebody_came_from():
    assert list(persons([turn("Who came from the inquiry?")], "she")) == []
    assert list(persons([turn("Who ran the inquiry?")], "she")) == ["the inquiry"]


@pytest.mark.parametrize(
    ("question", "she"),
    [
        ("What was the boat (which was built here) called?", "the boat"),
        ("who built the boat (mv tern) for us?", "the boat (mv tern"),
    ],
)
def test_a_phrase_with_a_bracket_may_be_meant(question, she):
    tern = hit_in("The boat (which was built here) is a ferry. The boat (MV Tern) was bought.")
    assert list(persons([Turn(question, answer_of(span_in(tern, "a ferry")))], "she")) == [she]


def test_a_full_name_of_which_nothing_is_known_may_be_she():
    assert readings("What did she do?", [turn("When did Ann Bray come?")])[0].question == "What did Ann Bray do?"
    assert list(persons([turn("When did Bray come?")], "she")) == []


def test_a_clause_is_no_group():
    said = "the man, who has not been named, was an employee of a contractor"
    turns = [Turn("What did the company say?", answer_of(span_in(hit_in(f"Police said {said}."), said)))]
    assert list(groups(turns, "they")) == []
    sang = span_in(hit_in("Will Young and Ann Bray sang."), "Will Young and Ann Bray")
    assert list(groups([Turn("Who sang?", answer_of(sang))], "they")) == ["Will Young and Ann Bray"]


def test_a_long_answer_is_no_group():
    text = "Ann Bray, Tom Lund and Eva Moe led the inquiry. Sorrel Ferries runs the boats"
    assert text in groups([turn("Who were they?", text)], "they")
    longer = f"boats. {text}"
    assert longer not in groups([turn("Who were they?", longer)], "they")


def test_a_place_is_meant_by_it_only_where_nothing_else_is():
    asked = readings("What did it cost?", [turn("How long did the mayoral race in Port Sorrel last?")])
    assert [one.question for one in asked] == ["What did the mayoral race cost?", "What did it cost?"]
    asked = readings("What did it cost?", [turn("Who lives in Kilbray?")])
    assert asked[0].question == "What did Kilbray cost?"
