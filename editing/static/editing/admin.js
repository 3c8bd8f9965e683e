// Select2 makes a box that opens a choice of records, and a box to search them, without names
// that a screen reader could say. The label of their field is that name.
"use strict";

function nameBoxes() {
  for (const select of document.querySelectorAll("select.admin-autocomplete")) {
    const label = document.querySelector(`label[for="${select.id}"]`);
    const box = select.parentElement.querySelector(".select2-selection");
    // The box of a choice of several is its own search box, and exists from the start.
    const inline = box && box.querySelector(".select2-search__field");
    if (label && inline) inline.setAttribute("aria-label", label.textContent.trim().replace(/:$/, ""));
    const chosen = document.getElementById(`select2-${select.id}-container`);
    if (!label || !box || !chosen) continue;
    const name = label.textContent.trim().replace(/:$/, "");
    label.id = `${select.id}-label`;
    box.setAttribute("aria-labelledby", `${label.id} ${chosen.id}`);
    chosen.setAttribute("aria-label", name);
    django.jQuery(select).on("select2:open", () => {
      const search = document.querySelector(".select2-container--open .select2-search__field");
      if (search) search.setAttribute("aria-label", `Search: ${name}`);
    });
  }
}

// Words typed in a picker without choosing from its list would be lost silently. They are sent
// with the form, and the answer says so. The Escape key discards them.
function keepTyped() {
  let search = null, escaped = false, chosen = false;
  const forget = (select) => document.getElementById(`${select.id}-typed`)?.remove();
  const keep = (select, words) => {
    forget(select);
    if (!words) return;
    const typed = document.createElement("input");
    typed.type = "hidden";
    typed.id = `${select.id}-typed`;
    typed.name = `${select.name}-typed`;
    typed.value = words;
    select.parentElement.append(typed);
  };
  const page = django.jQuery(document), pickers = "select.admin-autocomplete";
  page.on("select2:open", pickers, () => {
    search = document.querySelector(".select2-container--open .select2-search__field");
    escaped = chosen = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.target === search) escaped = event.key === "Escape";
  }, true);
  page.on("select2:closing", pickers, (event) => {
    // Choosing closes the list, too, and its event comes before or after this one.
    if (!chosen) keep(event.target, escaped || !search ? "" : search.value.trim());
  });
  page.on("select2:select select2:clear", pickers, (event) => {
    chosen = true;
    forget(event.target);
  });
}

// jQuery calls ready handlers in order, so that Select2 has made its boxes by then.
window.addEventListener("load", () => django.jQuery(() => {
  nameBoxes();
  keepTyped();
}));
