"""How the page looks, and what little it does by itself in the browser: page.css, print.css and page.js."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

_HERE = Path(__file__).parent
CSS = (_HERE / "page.css").read_text(encoding="utf-8")

HEAD = f"""<style>
{(_HERE / "print.css").read_text(encoding="utf-8")}</style>
<script>
{(_HERE / "page.js").read_text(encoding="utf-8")}</script>"""

HEARD = """(question, messages) => {
  if (!question.trim()) return [messages];
  const escaped = document.createElement("div");
  escaped.dir = "auto";
  escaped.textContent = question.replace(/\\s+/g, " ");
  const said = (role, text) => ({ role, metadata: null, options: null, content: [{ type: "text", text }] });
  const searching = "<div class='dateline'><p>Searching the articles …</p></div>";
  return [[...(messages || []), said("user", escaped.outerHTML), said("assistant", searching)]];
}"""
"""Show a question in the conversation before the server has seen it."""

REFUSED = "<p class='dateline-refused' hidden></p>"
"""Where it stands which files the browser itself has refused; page.js fills it."""

SAY = "(words) => window.datelineSay(words)"
"""Say aloud what a field shows, to those who can't see it."""

TO_QUESTION = """() => requestAnimationFrame(() => document.querySelector("#dateline-question textarea")?.focus())"""
"""Whoever chose what to ask may type at once."""

READ = """() => requestAnimationFrame(() =>
  [...document.querySelectorAll(".dateline-article")].pop()?.scrollIntoView({ block: "nearest" }))"""
"""Show the article that was chosen, as far as it stands below what is on the screen, and its list above it."""

TO_ARTICLE = """() => {
  const shown = () => [...document.querySelectorAll(".dateline:has(> .dateline-article)")].pop();
  if (!new URL(location.href).searchParams.has("article")) return;
  setTimeout(() => shown()?.scrollIntoView(), 300);  // its tab is opened first
}"""
"""Show the article that the page's address names, which stands below the list."""


def theme() -> gr.themes.Base:
    """Give Gradio's default theme, with the contrasts of WCAG AA.

    Of the weight that its font has for bold, gradio brings only a few letters, and another font would give the rest.
    """
    fonts = (gr.themes.LocalFont("Source Sans Pro", weights=(400, 700)), "ui-sans-serif", "system-ui", "sans-serif")
    return gr.themes.Default(primary_hue="indigo", font=fonts).set(
        input_placeholder_color="*neutral_500",
        input_placeholder_color_dark="*neutral_300",
        input_border_color_focus="*primary_500",
        input_border_color_focus_dark="*primary_400",
        block_info_text_color="*neutral_600",
        block_info_text_color_dark="*neutral_300",
        button_primary_background_fill="#3730a3",
        button_primary_background_fill_dark="#3730a3",
        button_primary_background_fill_hover="#312e81",
        button_primary_background_fill_hover_dark="#312e81",
        button_cancel_background_fill="#b91c1c",
        button_cancel_background_fill_dark="#b91c1c",
    )
