// What-if on the page of a leaving teacher: loads follow the chosen mentors, and choosing one takes the proposal.
(() => {
  "use strict";

  const part = document.querySelector("[data-leaving]");
  if (!part) return;
  const choices = [...part.querySelectorAll("[data-to]")];
  part.querySelector(".no-script").hidden = true;

  function reckon() {
    const taken = {};
    choices.forEach((choice) => { if (choice.value) taken[choice.value] = (taken[choice.value] || 0) + 1; });
    part.querySelectorAll("[data-mentor]").forEach((line) => {
      const load = Number(line.dataset.load);
      const capacity = Number(line.dataset.capacity);
      const after = load + (taken[line.dataset.mentor] || 0);
      line.hidden = after === load;
      line.classList.toggle("is-over", after > capacity);
      line.querySelector("[data-after]").textContent =
        `${load} → ${after}/${capacity}${after > capacity ? "，超出上限" : ""}`;
    });
    const open = choices.filter((choice) => !choice.value).length;
    const note = part.querySelector("[data-left-note]");
    if (note) note.hidden = open === 0;
    if (note && open) note.textContent = `还有 ${open} 名学生没有导师，先空着，或改选其他班的导师。`;
  }

  part.addEventListener("change", () => {
    const spread = document.querySelector('input[name="how"][value="spread"]');
    if (spread) spread.checked = true;
    reckon();
  });
})();
