"""What an answer looks like on the page, as Markdown and in a terminal; no article's text is taken for markup."""

import re
from dataclasses import replace
from datetime import date

from spans import answer_of, hit_in, hit_of, span_in

from embeddings.documents import Article, Hit, Passage
from qa.answers import Answer
from qa.presentation import as_text
from qa.ui.markup import answer_html, article_html, as_markdown, message_html, origin_html, question_html


def test_an_article_names_its_origin_as_far_as_it_is_known():
    known = Article("a", "A", "Text.", published=date(2022, 6, 8), source="<The Echo>", url="https://e.example/?a&b")
    assert origin_html(known) == (
        "<p class='dateline-small'><bdi>&lt;The Echo&gt;</bdi>, <bdi>8 June 2022</bdi> "
        "<a href='https://e.example/?a&amp;b' rel='noopener noreferrer' target='_blank'>original</a></p>"
    )
    signed = Article("a", "A", "Text.", author="Ana <Reyes>", url="javascript:alert(1)")
    assert origin_html(signed) == (
        "<p class='dateline-small'><bdi>Ana &lt;Reyes&gt;</bdi>, <bdi>a</bdi>, <bdi>undated</bdi></p>"
    )


def test_article_text_is_escaped():
    text = "He wrote <b onclick=x>Ann</b> & left."
    hit = hit_of(Article("a", "<i>T</i>", text, url="https://x.org/'><script>"))
    shown = answer_html(answer_of(span_in(hit, "Ann"), question="<s>q"))
    assert "&lt;b onclick=x&gt;<mark>Ann</mark>&lt;/b&gt; &amp; left." in shown
    assert not re.search("<i>|<b onclick|<s>|<script", shown)
    assert "&lt;i&gt;T" in answer_html(Answer("q", "q", (), (hit,), 0.0, False))


def test_an_address_that_is_none_is_no_link():
    hit = hit_of(Article("a", "T", "Ann", url="javascript:alert(1)"))
    assert "href" not in answer_html(answer_of(span_in(hit, "Ann")))


def test_a_conversation_as_markdown_holds_answer_quotation_and_citation():
    text = "On Sunday *Ann* spoke. She left."
    hit = hit_of(Article("a", "Ann [speaks]", text, source="Echo"))
    found = answer_of(span_in(hit, "Ann"), question="who spoke?")
    written = as_markdown([found, Answer("why?", "why?", (), (), 0.0, False)])
    assert "## who spoke?\n\n**Ann** (probable, 90%)\n\n> On Sunday \\***Ann**\\* spoke." in written
    assert "“Ann \\[speaks\\]”, Echo, characters 11 to 14" in written
    assert "## why?\n\nThe articles don't say." in written


def test_of_many_reprints_a_few_are_named():
    prints = tuple(Article(f"p{number}", "Ann", "Ann spoke.", source=f"Paper {number}") for number in range(9))
    answer = answer_of(span_in(replace(hit_of(prints[0]), versions=prints), "Ann"))
    lines = as_text(answer).splitlines()
    assert [line for line in lines if "also in" in line] == [f"  also in: Ann (Paper {at})" for at in range(1, 6)]
    assert "  and in 3 more" in lines
    assert "; and 3 more<" in answer_html(answer)
    assert "Paper 6" not in answer_html(answer)


def test_no_markdown_gets_out_of_a_message():
    for message in (
        message_html("<p>One.\n\n[two](https://x.example)\r\r# three</p>"),
        question_html("a\n\n**b** <i>"),
    ):
        assert message.startswith("<div")
        assert not {"\n", "\r"} & set(message)
    assert question_html("a\n<i>") == "<div dir='auto'>a&#10;&lt;i&gt;</div>"


def test_items_of_other_articles_are_cited_wherever_an_answer_is_laid_out():
    spans = []
    for article, text in (("a", "Gusts of 131 km/h."), ("b", "It blew at 157 km/h.")):
        spans.append(span_in(hit_in(text, f"Storm {article}", name=article), text[text.index("1") : -1]))
    answer = answer_of(*spans, items=tuple(spans))
    page = answer_html(answer)
    assert page.count("<li><bdi>157 km/h") == page.count("<li><b><bdi>157 km/h") == 1
    assert "“It blew at 157 km/h.”&#10;“Storm b”" in page  # what is copied
    assert "characters 11 to 19" in as_markdown([answer])
    shown = as_text(answer)
    assert "[131 km/h]" in shown
    assert "[157 km/h]" in shown


def test_each_part_has_its_own_direction_of_writing():
    text = "قالت آنا: نعم.\nShe left.\n\nHe stayed."
    article = Article("a", "العنوان", text, date(2021, 6, 8), "الخبر")
    page = answer_html(answer_of(span_in(hit_of(article), text[5:8])))
    assert "<cite><bdi>العنوان</bdi></cite> (<bdi>الخبر</bdi>, <bdi>8 June 2021</bdi>)" in page
    assert page.count("<p class='dateline-answer' dir='auto'>") == page.count("<blockquote dir='auto'>") == 1
    assert article_html(article, 9, 18).endswith(
        f"<p dir='auto'>{text[:9]}<mark>{text[9:14]}</mark></p><p dir='auto'><mark>She</mark> left.</p>"
        "<p dir='auto'>He stayed.</p></div>"
    )


def test_a_conversation_as_markdown_says_where_it_was_looked_and_what_was_nearest():
    text = "On Sunday Ann spoke. She left."
    hit = Hit(Passage("a", 10, len(text)), Article("a", "Ann speaks", text, source="Echo"), 1.0)
    silent = Answer("why?", "why?", (), (hit,), 0.0, False)
    written = as_markdown([silent], library="My_own", day=date(2026, 3, 1), narrowed=["since 2021-06-08"])
    assert written.startswith("# Questions to the archive\n\nLibrary: My\\_own. Written down on 1 March 2026.\n")
    assert "## why?\n\nOnly some articles: since 2021-06-08.\n\nThe articles don't say." in written
    assert "The nearest passages:\n\n> Ann spoke. She left.\n\n“Ann speaks”, Echo, characters 10 to 30" in written
