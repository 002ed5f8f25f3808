// The class board by keyboard: arrow keys move between the buttons as between the cells of the matrix.
(() => {
  "use strict";

  const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  const board = document.querySelector(".board");
  if (!board) return;

  board.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    const here = event.target.closest(".pick, .pick-clear");
    if (!step || !here || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const rows = [...board.querySelectorAll(".board-row > tr:first-child")];
    const buttons = (row) => [...row.querySelectorAll("button")];
    const rowIndex = rows.indexOf(here.closest("tr"));
    const row = rows[rowIndex + step[0]];
    if (!row) return;
    const column = buttons(rows[rowIndex]).indexOf(here) + step[1];
    const target = step[0] ? buttons(row)[Math.min(column, buttons(row).length - 1)] : buttons(row)[column];
    if (!target) return;
    event.preventDefault();
    target.focus();
    target.scrollIntoView({ block: "nearest", inline: "nearest" });
  });

  // 取消 vanishes when it has done its work: the focus stays in the pupil's row.
  let pressedIn = "";
  board.addEventListener("htmx:beforeRequest", (event) => {
    pressedIn = event.target.closest(".board-row").id;
  });
  document.body.addEventListener("htmx:afterSettle", () => {
    if (!pressedIn || document.activeElement !== document.body) return;
    const first = document.querySelector(`#${pressedIn} .pick`);
    if (first) first.focus({ preventScroll: true });
  });
})();
