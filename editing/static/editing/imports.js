// Shows how far an import has come. Without this the same forms are sent and answered as ever.
"use strict";

const bar = document.getElementById("import-bar");
const doing = document.getElementById("import-doing");
const failure = document.getElementById("import-failed");

function tell(step) {
  if (step.next) {
    window.location.assign(step.next);
  } else if (step.failed) {
    document.getElementById("import-progress").hidden = true;
    failure.textContent = step.failed;
    failure.hidden = false;
    lock(false);
  } else {
    bar.max = step.total;
    bar.value = step.done;
    doing.textContent = `${step.doing}: ${step.done} of ${step.total}`;
  }
}

function lock(locked) {
  for (const button of document.querySelectorAll("form[data-progress] [type=submit]")) {
    button.disabled = locked;
  }
}

async function follow(form) {
  const data = new FormData(form);
  lock(true);
  failure.hidden = true;
  bar.removeAttribute("value");
  document.getElementById("import-progress").hidden = false;
  document.getElementById("import-progress").scrollIntoView({ block: "center" });
  let answered = false;
  try {
    const response = await fetch(form.action, {
      method: "POST",
      body: data,
      headers: { Accept: "application/x-ndjson" },
    });
    if (!response.ok) throw new Error(response.statusText);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      const lines = (rest + value).split("\n");
      rest = lines.pop();
      for (const line of lines) {
        const step = JSON.parse(line);
        answered = Boolean(step.next || step.failed);
        tell(step);
      }
    }
  } catch (error) {
    answered = false;
  }
  if (!answered) {
    tell({ failed: "The answer broke off. Open this page again to see what became of it." });
  }
}

for (const form of document.querySelectorAll("form[data-progress]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    follow(form);
  });
  if ("start" in form.dataset) follow(form);
}

// A file that is too large is refused before it is sent.
const file = document.querySelector("input[data-most-bytes]");
if (file) {
  file.addEventListener("change", () => {
    const tooLarge = file.files[0] && file.files[0].size > Number(file.dataset.mostBytes);
    file.setCustomValidity(tooLarge ? "This file is larger than 5 MB. Split it into several." : "");
    file.reportValidity();
  });
  file.form.noValidate = false;
}
