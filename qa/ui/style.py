"""How the page looks, and what little it does by itself in the browser."""

from __future__ import annotations

import gradio as gr

CSS = """
@media screen {
  /* so that the box and its buttons are on the screen with the answer */
  .dateline-conversation { height: clamp(20em, 100dvh - 24em, 40em) !important; }
}
/* before the first question, so that the examples are on the screen with the box */
.dateline-conversation.dateline-conversation:not(:has([data-testid=user])) { height: 6em !important; }
.dateline-undecided input { color: transparent !important; }
/* there is nothing to stop or to reword */
body:not(:has([data-testid=user])) .dateline-later { display: none !important; }
.dateline-conversation .top-panel { display: none !important; }  /* a bin, and there is "Start anew" */
.dateline-answer { font-size: 1.15em; font-weight: 600; margin: 0 0 .3em; }
.dateline-answer small { font-weight: normal; }
.dateline-answer + p, .dateline-small { margin: .2em 0; }
.dateline blockquote { margin: .5em 0; padding-left: .8em; border-left: 3px solid currentColor; }
.dateline mark, .dateline-article mark { background: #ffe58a; color: #1a1a1a; padding: 0 .15em; }
.dateline details { margin: .4em 0; }
.dateline summary { cursor: pointer; }
.dateline-article { max-height: 26em; overflow-y: auto; padding: .3em .8em; border: 1px solid currentColor; }
.dateline-article p { margin: .3em 0; }
.dateline-beside { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(15em, 100%), 1fr)); gap: .6em;
  padding: 0; margin: .4em 0; list-style: none; }
.dateline-beside > li { border: 1px solid currentColor; border-radius: .4em; padding: .4em .7em; margin: 0; }
.dateline-copy { border: 1px solid currentColor; border-radius: .4em; padding: .1em .6em; cursor: pointer;
  background: transparent; color: inherit; font: inherit; font-size: .9em; }
.dateline-only { align-items: center; }
.dateline-only > .block { min-width: min(14em, 100%) !important; }
.block:has(.dateline-refused[hidden]) { display: none !important; }
.dateline-only p { margin: 0; overflow-wrap: anywhere; }
.dateline-report { width: 100%; height: 40em; border: 1px solid currentColor; background: white; }
.dateline-list .selection-button { display: none !important; }  /* chooses a whole column, of which nothing comes */
.dateline-figures { white-space: pre-wrap; overflow-x: auto; }
/* Gradio shows these under the pointer alone: nobody would reach them by keyboard or see them on a phone */
.extra-feedback .extra-feedback-options.extra-feedback-options { display: flex; position: static; flex-direction: row;
  padding: 0; }
.extra-feedback > button { display: none !important; }  /* a flag that opens what is open already */
.extra-feedback .extra-feedback-option { min-width: 3.5em; min-height: 26px; }
[role=tab][aria-selected=true] { color: var(--primary-700) !important; }
.dark [role=tab][aria-selected=true] { color: var(--primary-300) !important; }
.or, .subdued, .min_value, .max_value { color: inherit !important; }
footer { display: none !important; }
@media (max-width: 599px) {
  .dateline-conversation { height: max(16em, 100dvh - 29em) !important; }
  .dateline-list .header-table { table-layout: fixed !important; }  /* as wide as the rows below */
  .dateline-list :is([aria-colindex="3"], [aria-colindex="4"]) { display: none !important; }
  .dateline-list :is(th, [role=gridcell]) { flex: 1 1 50% !important; width: 50% !important;
    max-width: none !important; }
}
/* on paper stands what was said, all of it */
@media print {
  .dateline-article { height: auto !important; max-height: none !important; overflow: visible !important; }
  button, .tab-wrapper, .icon-button-wrapper, .form, .block:has(> button), .block:has(.gallery), .dateline-correcting,
    .block:has(textarea), .block:has(input), .extra-feedback { display: none !important; }
}
"""

HEAD = """<style>
/* a browser cuts what is in boxes of a fixed height or side by side at the end of a page; here, since gradio puts its
   own class before the styles above, and these boxes are outside of it */
@media print {
  html, body, gradio-app, :has([role=log]), [role=log], [role=log] > div, .message-row, .message-row > div {
    display: block !important; position: static !important; height: auto !important; min-height: 0 !important;
    max-height: none !important; overflow: visible !important; }
  [data-testid=block-label] { display: none !important; }
}
</style>
<script>
// Gradio ends a page's stream of messages when no event is pending, and an event that begins while the end is under way
// would never be heard of: it is taken as begun once the stream has spoken of it, or is over
const heard = new Set();
const waiting = new Set();
let streams = 0;
const news = () => waiting.forEach((look) => look());
const plainFetch = window.fetch;
window.fetch = async (asked, options) => {
  const { pathname } = new URL(asked.url || asked, location.href);
  if (pathname.endsWith("/queue/data")) {
    let over = false;
    const end = () => { streams -= over ? 0 : 1; over = true; news(); };
    streams += 1;
    (options || asked).signal?.addEventListener("abort", end);
    try {
      const response = await plainFetch(asked, options);
      const decoder = new TextDecoder();
      let said = "";
      const listen = (chunk, out) => {
        said = said.slice(-60) + decoder.decode(chunk, { stream: true });
        for (const [, id] of said.matchAll(/"event_id":"([^"]+)"/g)) heard.add(id);
        news();
        out.enqueue(chunk);
      };
      return new Response(response.body.pipeThrough(new TransformStream({ transform: listen, flush: end })), response);
    } catch (error) { end(); throw error; }
  }
  const response = await plainFetch(asked, options);
  if (pathname.endsWith("/queue/join") && response.ok) {
    const { event_id } = await response.clone().json();
    await new Promise((begun) => {
      const look = () => { if (!streams || heard.has(event_id)) { waiting.delete(look); begun(); } };
      waiting.add(look);
      look();
    });
  }
  return response;
};
// what this browser keeps: one place for all its tabs, so it is read right before it is changed
window.datelineKept = (name, none) => {
  try { return JSON.parse(localStorage.getItem("dateline-" + name)) ?? none; } catch { return none; }
};
window.datelineKeep = (name, value) => {
  try { localStorage.setItem("dateline-" + name, JSON.stringify(value)); } catch { /* the browser keeps nothing */ }
};
// the second click of a double click would ask again
document.addEventListener("click", (event) => {
  if (event.detail > 1 && event.target.closest(".dateline-once")) event.stopImmediatePropagation();
}, true);
// gradio opens a list anew after Tab has left it, and it would lie over the page
document.addEventListener("keydown", (event) => {
  if (event.key === "Tab" && event.target.matches("[role=combobox]")) event.stopImmediatePropagation();
}, true);
// an answer's citation goes to the clipboard, also where the page came over plain http
document.addEventListener("click", async (event) => {
  const button = event.target.closest(".dateline-copy");
  if (!button) return;
  const copied = button.querySelector("[hidden]");
  const text = "address" in copied.dataset
    ? new URL(copied.textContent, location.origin + location.pathname).href : copied.textContent;
  try { await navigator.clipboard.writeText(text); }
  catch {
    const area = document.body.appendChild(document.createElement("textarea"));
    area.value = text; area.select(); document.execCommand("copy"); area.remove(); button.focus();
  }
  const label = button.querySelector("span");
  const before = label.textContent;
  label.textContent = "Copied";
  setTimeout(() => { label.textContent = before; }, 1500);
});
// an article opens at its answer
document.addEventListener("toggle", (event) => {
  const mark = event.target.open && event.target.querySelector(".dateline-article mark");
  if (!mark) return;
  const box = mark.closest(".dateline-article");
  box.scrollTop += mark.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight / 3;
  mark.scrollIntoView({ block: "nearest" });
}, true);
// the last question stays at the top with its answer below it, however long that is, and the box for the next in view
new MutationObserver(() => {
  const asked = [...document.querySelectorAll("[data-testid=user]")].pop();
  const box = asked && asked.closest("[role=log]");
  const count = document.querySelectorAll("[data-testid=user], .dateline-answer").length;
  if (!box || window.datelineCount === count) return;
  window.datelineCount = count;
  requestAnimationFrame(() => {
    box.scrollTop += asked.getBoundingClientRect().top - box.getBoundingClientRect().top - 40;
    const above = asked.getBoundingClientRect().top - 40;  // on a phone the whole box may be
    const below = document.querySelector("#dateline-question").getBoundingClientRect().bottom - innerHeight;
    window.scrollBy(0, above < 0 ? above : Math.max(0, Math.min(above, below)));
  });
}).observe(document, { childList: true, subtree: true });
// whoever comes may type at once, but a phone would scroll to the box and show its keyboard
new MutationObserver((_, observer) => {
  const box = document.querySelector("#dateline-question textarea");
  if (!box) return;
  observer.disconnect();
  if (innerWidth >= 600 && document.activeElement === document.body) box.focus();
}).observe(document, { childList: true, subtree: true });
// gradio reads a message's HTML aloud, strips the name of an article's box, and says a word that it has not translated
const names = () => {
  const name = (wanted, label) => document.querySelectorAll(wanted).forEach((part) => {
    if (part.getAttribute("aria-label") !== label) part.setAttribute("aria-label", label);
  });
  name("[data-testid=user]", "Question");
  name("[data-testid=bot]", "Answer");
  name(".dateline-article", "The article");
  for (const verdict of document.querySelectorAll(".extra-feedback-option")) {
    verdict.setAttribute("aria-pressed", verdict.style.fontWeight === "bold");
  }
  for (const said of document.querySelectorAll("[role=status]")) {
    if (said.textContent === "common.complete") said.firstChild.data = "Done";
  }
};
new MutationObserver(names).observe(document, {
  childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: ["aria-label", "style"],
});
// a field that nobody can type in says aloud what comes into it
window.datelineSay = (words) => {
  let place = document.querySelector(".dateline-aloud");
  if (!place) {
    place = document.body.appendChild(document.createElement("div"));
    place.className = "dateline-aloud";
    place.style = "position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%)";
    place.setAttribute("role", "status");
  }
  place.textContent = words;
};
// a file of the wrong kind, or too large, is refused by gradio in the browser, and told for some seconds: these
// stay until other files are given
const refused = (said) => document.querySelectorAll(".dateline-refused").forEach((place) => {
  place.textContent = said;
  place.hidden = !said;
});
for (const given of ["change", "drop"]) {
  document.addEventListener(given, (event) => {
    if (given === "drop" || event.target.matches("input[type=file]")) refused("");
  }, true);
}
new MutationObserver((changes) => {
  for (const { addedNodes } of changes) for (const node of addedNodes) {
    const said = node.querySelector?.("[data-testid=toast-text]")?.textContent || "";
    const [, names, kinds] = said.match(/^Invalid file types?: (.*)\\. Only (.*) allowed/s) || [];
    const [, size, large] = said.match(/maximum allowed size of (.*?): (.*)/s) || [];
    if (names) refused(`${names} can't be taken: it is of none of these kinds: ${kinds}.`);
    if (large) refused(`${large.replaceAll('"', "")} can't be taken: it is over ${size}; give it in parts.`);
  }
}).observe(document, { childList: true, subtree: true });
// what was last selected in an article may be given as the right answer
document.addEventListener("selectionchange", () => {
  const selection = document.getSelection();
  const at = selection.anchorNode && selection.anchorNode.parentElement;
  if (at && at.closest(".dateline") && selection.toString().trim()) window.datelineSelected = selection.toString();
});
</script>"""

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
"""Where it stands which files the browser itself has refused; HEAD fills it."""

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
    """Give Gradio's default theme, with the contrasts of WCAG AA."""
    return gr.themes.Default(primary_hue="indigo").set(
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
