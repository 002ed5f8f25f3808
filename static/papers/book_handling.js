// 记录本收发: tick all books of a class at once, and say how many are ticked. Without it each book is ticked by itself.
(() => {
  "use strict";

  const boxes = (root) => [...root.querySelectorAll('input[name="books"][type="checkbox"]')];

  function tell() {
    const form = document.querySelector("[data-handling]");
    if (!form) return;
    form.querySelectorAll("[data-bay]").forEach((bay) => {
      const all = bay.querySelector("[data-pick-all]");
      const ticked = boxes(bay).filter((box) => box.checked).length;
      all.checked = ticked > 0 && ticked === boxes(bay).length;
      all.indeterminate = ticked > 0 && !all.checked;
    });
    const count = boxes(form).filter((box) => box.checked).length;
    document.querySelector("[data-count]").textContent = count ? `已勾选 ${count} 本` : "勾选后";
  }

  document.addEventListener("change", (event) => {
    if (!event.target.closest || !event.target.closest("[data-handling]")) return;
    if (event.target.matches("[data-pick-all]")) {
      boxes(event.target.closest("[data-bay]")).forEach((box) => { box.checked = event.target.checked; });
    }
    tell();
  });
  document.addEventListener("htmx:afterSettle", tell);
  tell();
})();
