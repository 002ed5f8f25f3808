// Ticking who came: a search by name or pinyin initials, Enter ticks the first one found. Works without it as a plain list.
(() => {
  "use strict";

  const form = document.querySelector("[data-attendance]");
  if (!form) return;
  const people = [...form.querySelectorAll("[data-person]")];
  const find = form.querySelector("[data-find]");
  const count = form.querySelector("[data-count]");
  const nobody = form.querySelector("[data-nobody]");
  form.querySelector("[data-tools]").hidden = false;

  const box = (person) => person.querySelector("input");
  const shown = () => people.filter((person) => !person.hidden);

  function tell() {
    count.textContent = `已勾选 ${people.filter((person) => box(person).checked).length} 位`;
  }

  function filter() {
    const text = find.value.trim().toLowerCase();
    people.forEach((person) => { person.hidden = text !== "" && !person.dataset.person.toLowerCase().includes(text); });
    form.querySelectorAll(".attendance-group").forEach((group) => {
      group.hidden = !group.querySelector("[data-person]:not([hidden])");
    });
    nobody.hidden = shown().length > 0;
  }

  function set(checked) {
    shown().forEach((person) => { box(person).checked = checked; });
    tell();
  }

  find.addEventListener("input", filter);
  find.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { find.value = ""; filter(); }
    if (event.key !== "Enter") return;
    event.preventDefault();
    const first = find.value.trim() ? shown()[0] : null;
    if (!first) return;
    box(first).checked = !box(first).checked;
    find.value = "";
    filter();
    tell();
  });
  form.querySelector("[data-all]").addEventListener("click", () => set(true));
  form.querySelector("[data-none]").addEventListener("click", () => set(false));
  form.addEventListener("change", tell);
  tell();
})();
