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
// gradio takes a verdict back that is given again; it stays, and what is right may be said again
document.addEventListener("click", (event) => {
  const verdict = event.isTrusted && event.target.closest(".extra-feedback-option[aria-pressed=true]");
  if (verdict) setTimeout(() => verdict.click());
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
// the last question stays at the top with its answer below it, however long that is, and the box for the next in view;
// of several in one message, it is the first
let answered = 0;
let counted = 0;
new MutationObserver(() => {
  const questions = document.querySelectorAll("[data-testid=user]");
  const asked = questions[Math.min(answered, questions.length - 1)];
  const box = asked && asked.closest("[role=log]");
  const answers = document.querySelectorAll(".dateline-answer").length;
  const count = questions.length + answers;
  if (!box || counted === count) return;
  counted = count;
  answered = answers;
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
    const [, names, kinds] = said.match(/^Invalid file types?: (.*)\. Only (.*) allowed/s) || [];
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
