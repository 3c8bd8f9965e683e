// Shows the verdict while the form is filled in. Without it the form's button does.
"use strict";

const form = document.getElementById("attendance");

// What the answers change, besides the form itself.
const following = [
  "#verdict-said",
  "#verdict-reasons",
  "#deputies",
  ".register-day",
  ".register-recorded-on",
  ".register-recorded",
  ".register-twins",
  ".register-printed",
];
let asking = null;
let soon = 0;

// What goes without saying, which a shorter address leaves out.
const unsaid = ["", "absent", "as-seats"];

function address() {
  const said = [...new FormData(form)].filter(([, answer]) => !unsaid.includes(answer));
  const query = new URLSearchParams(said);
  return `${form.getAttribute("action")}?${query}`;
}

async function show() {
  if (asking) asking.abort();
  asking = new AbortController();
  const wanted = address();
  try {
    const answer = await fetch(wanted, { signal: asking.signal });
    if (!answer.ok) throw new Error(answer.statusText);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const each of following) {
      const here = document.querySelector(each);
      const there = page.querySelector(each);
      // Leave alone a field that somebody is choosing in.
      if (here && here.contains(document.activeElement)) continue;
      if (here && there && here.innerHTML !== there.innerHTML) {
        here.replaceChildren(...there.childNodes);
      }
    }
    history.replaceState(null, "", wanted);
  } catch (error) {
    // The page itself says what is wrong.
    if (error.name !== "AbortError") form.submit();
  }
}

form.addEventListener("input", (event) => {
  if (!event.target.checkValidity()) return;
  clearTimeout(soon);
  soon = setTimeout(show, 150);
});
