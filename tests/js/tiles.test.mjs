import assert from "node:assert/strict";
import { test } from "node:test";
import { Page } from "./page.mjs";

// Two mentors with three and two places and the column of those without one; four pupils.
const COLUMNS = [
  { key: "", name: "未匹配", load: 0, capacity: 0 },
  { key: "5", name: "林老师", load: 2, capacity: 3 },
  { key: "6", name: "何老师", load: 1, capacity: 2 },
];
const PUPILS = [
  { id: 1, name: "甲", base: "5" },
  { id: 2, name: "乙", base: "5" },
  { id: 3, name: "丙", base: "6" },
  { id: 4, name: "丁", base: "" },
];
const select = (pupil, at) =>
  `<span class="board-choose"><select name="p${pupil.id}">${COLUMNS.map(({ key }) => `<option value="${key}"${key === at ? " selected" : ""}></option>`).join("")}</select></span>`;
const board = (places = {}, { base = "b1", told = "" } = {}) => `
  <div id="board-notices"><p role="status">${told}</p></div>
  <form id="class-board" action="/board/7/" method="post"><input type="hidden" name="base" value="${base}">
    <p id="board-plain"></p><p id="board-hint" hidden></p>
    <div class="board-columns">${COLUMNS.map(({ key, name, load, capacity }) => `
      <section class="board-column" data-column="${key}" data-name="${name}" data-load="${load}" data-capacity="${capacity}">
        <div class="board-head">${name}<span class="board-figures"></span><progress max="${capacity || 1}"></progress><span class="board-word"></span>
          <span class="board-over-count"></span><button type="button" class="board-here" hidden>移到这里</button></div>
        <button type="button" class="board-fold" aria-expanded="false" hidden></button>
        <div class="board-tiles">${PUPILS.filter((pupil) => (places[pupil.id] ?? pupil.base) === key).map((pupil) => `
          <div class="board-tile" data-pupil="${pupil.id}" data-name="${pupil.name}" data-base="${pupil.base}" data-position="${pupil.id}">
            <button type="button" class="board-face" aria-pressed="false" disabled>${pupil.name}</button><small class="board-was"></small>${select(pupil, key)}</div>`).join("")}
        </div></section>`).join("")}</div>
    <div class="board-dock"><p id="board-state"></p><p id="board-live"></p><div class="board-targets" hidden></div>
      <button type="button" data-step-back hidden></button><button name="step" value="fill">均衡填充</button>
      <button name="step" value="save">保存</button><button data-discard hidden>放弃</button></div>
  </form>`;

const start = (options) => new Page(board(), "tiles.js", options);
const tile = (page, id) => page.one(`.board-tile[data-pupil="${id}"]`);
const face = (page, id) => tile(page, id).querySelector(".board-face");
const head = (page, key) => page.one(`.board-column[data-column="${key}"] .board-head`);
const figures = (page) => [...page.document.querySelectorAll(".board-figures")].map((element) => element.textContent);
// By column: who lies there, and what the form would send.
const lies = (page) =>
  [...page.document.querySelectorAll(".board-column")].map((column) => [...column.querySelectorAll(".board-tile")].map((one) => one.dataset.name).join(""));
const sends = (page) => PUPILS.map(({ id }) => page.one(`[name=p${id}]`).value);
const save = (page) => page.one("button[value=save]");

test("without a move nothing can be saved, and leaving asks nothing", () => {
  const page = start();
  assert.deepEqual(figures(page), ["1 人", "2/3", "1/2"]);
  assert.deepEqual([save(page).disabled, page.text("#board-state"), page.asksBeforeLeaving()], [true, "没有未保存的调整", false]);
});

test("two taps move a tile: on it, and on a mentor; the form sends what is seen", () => {
  const page = start();
  face(page, 4).click();
  assert.equal(page.text("#board-state"), "已选 1 位，请点要移到的导师");
  head(page, "6").click();
  assert.deepEqual(lies(page), ["", "甲乙", "丙丁"]);
  assert.deepEqual(sends(page), ["5", "5", "6", "6"]);
  assert.deepEqual(figures(page), ["0 人", "2/3", "1 → 2/2"]);
  assert.equal(page.text('[data-column="6"] .board-word'), "已满");
  assert.equal(page.text("#board-state"), "有 1 项未保存的调整");
  assert.equal(page.text("#board-live"), "丁移到何老师，1 → 2/2，还没有保存。");
  // Nobody is told 44 times of having had no mentor before.
  assert.equal(tile(page, 4).querySelector(".board-was").textContent, "");
  assert.deepEqual([save(page).disabled, page.asksBeforeLeaving()], [false, true]);
});

test("several selected tiles move as one step, in the order of the class, and come back as one", () => {
  const page = start();
  face(page, 2).click();
  face(page, 1).click();
  head(page, "").click();
  assert.deepEqual(lies(page), ["甲乙丁", "", "丙"]);
  assert.equal(tile(page, 2).querySelector(".board-was").textContent, "原来：林老师");
  page.one("[data-step-back]").click();
  assert.deepEqual(lies(page), ["丁", "甲乙", "丙"]);
  assert.deepEqual([page.text("#board-live"), page.one("[data-step-back]").disabled], ["已撤销一步：甲、乙回到原处。", true]);
});

test("a mentor over the cap can be seen and not saved; the refusal says whom and how many", () => {
  const page = start();
  [1, 2].forEach((id) => face(page, id).click());
  head(page, "6").click();
  assert.equal(page.text('[data-column="6"] .board-word'), "超出 1 人");
  save(page).click();
  assert.deepEqual(page.submitted, []);
  assert.equal(page.text("#board-state"), "何老师超出 1 人，请先移走 1 位同学，再保存");
  page.one("[data-step-back]").click();
  face(page, 4).click();
  head(page, "5").click();
  save(page).click();
  assert.deepEqual([page.submitted, page.asksBeforeLeaving()], [["class-board"], false]);
});

test("a digit moves the tile under the focus and goes on to the next of the column", () => {
  const page = start();
  face(page, 1).focus();
  page.key(face(page, 1), "2");
  assert.deepEqual(lies(page), ["丁", "乙", "甲丙"]);
  assert.equal(page.document.activeElement, face(page, 2));
  page.key(face(page, 2), "9");
  assert.deepEqual(lies(page), ["丁", "乙", "甲丙"]);
});

test("arrows walk through columns and tiles, and only one tile is in the order of Tab", () => {
  const page = start();
  face(page, 4).focus();
  page.key(face(page, 4), "ArrowRight");
  assert.equal(page.document.activeElement, face(page, 1));
  page.key(face(page, 1), "ArrowDown");
  assert.equal(page.document.activeElement, face(page, 2));
  page.key(face(page, 2), "ArrowRight");
  assert.equal(page.document.activeElement, face(page, 3));
  assert.deepEqual([...page.document.querySelectorAll(".board-face[tabindex='0']")], [face(page, 3)]);
});

test("Ctrl+Z takes a move back, Escape a selection", () => {
  const page = start();
  face(page, 4).click();
  page.key(page.document.body, "Escape");
  assert.deepEqual([face(page, 4).getAttribute("aria-pressed"), page.text("#board-state")], ["false", "没有未保存的调整"]);
  face(page, 4).click();
  head(page, "5").click();
  assert.equal(page.key(page.document.body, "z", { ctrlKey: true }).defaultPrevented, true);
  assert.deepEqual(lies(page), ["丁", "甲乙", "丙"]);
  assert.equal(page.key(page.document.body, "z", { ctrlKey: true }).defaultPrevented, false);
});

test("discarding brings all tiles home, and is itself a step that can be taken back", () => {
  const page = start();
  face(page, 4).click();
  head(page, "5").click();
  face(page, 3).click();
  head(page, "").click();
  page.one("[data-discard]").click();
  assert.deepEqual([lies(page), sends(page)], [["丁", "甲乙", "丙"], ["5", "5", "6", ""]]);
  page.one("[data-step-back]").click();
  assert.deepEqual(lies(page), ["丙", "甲乙丁", ""]);
});

test("a tile dragged to a mentor lies there; dropped beside the board it lies where it was", () => {
  const page = start();
  page.window.scrollBy = () => {};
  page.one(".board-columns").scrollBy = () => {};
  let under = head(page, "6");
  page.document.elementFromPoint = () => under;
  const drag = () => {
    page.fire(face(page, 4), "pointerdown", { button: 0, clientX: 10, clientY: 10, pointerType: "mouse" });
    page.fire(page.document, "pointermove", { clientX: 60, clientY: 10 });
    page.fire(page.document, "pointermove", { clientX: 90, clientY: 10 });
    page.fire(page.document, "pointerup");
  };
  drag();
  assert.deepEqual([lies(page), page.document.querySelector(".board-ghost")], [["", "甲乙", "丙丁"], null]);
  under = page.document.body;
  drag();
  assert.deepEqual(lies(page), ["", "甲乙", "丙丁"]);
});

test("a finger that scrolls takes no tile along; one that rests does", async () => {
  const page = start();
  page.document.elementFromPoint = () => head(page, "6");
  page.window.scrollBy = () => {};
  page.one(".board-columns").scrollBy = () => {};
  const press = () => page.fire(face(page, 4), "pointerdown", { button: 0, clientX: 10, clientY: 10, pointerType: "touch" });
  press();
  page.fire(page.document, "pointermove", { clientX: 10, clientY: 40 });
  await page.pass(1000);
  page.fire(page.document, "pointerup");
  assert.deepEqual(lies(page), ["丁", "甲乙", "丙"]);
  press();
  await page.pass(350);
  page.fire(page.document, "pointerup");
  assert.deepEqual(lies(page), ["", "甲乙", "丙丁"]);
});

test("filling asks the server, and its proposal is one step that can be taken back", async () => {
  const page = start({ answers: [new Response(board({ 4: "6" }, { told: "已填充 1 位" }))] });
  page.one("button[value=fill]").click();
  await page.settle();
  await page.settle();
  assert.deepEqual([page.requests[0].url, page.requests[0].body.get("step")], ["https://school.example/board/7/", "fill"]);
  assert.deepEqual([lies(page), page.text("#board-live")], [["", "甲乙", "丙丁"], "已填充 1 位"]);
  page.one("[data-step-back]").click();
  assert.deepEqual(lies(page), ["丁", "甲乙", "丙"]);
});

test("a fill that does not come through says so and leaves the moves", async () => {
  const page = start({ answers: [new Error("down"), new Response("<p>sign in</p>")] });
  face(page, 3).click();
  head(page, "").click();
  const said = [];
  for (const _ of [1, 2]) {
    page.one("button[value=fill]").click();
    await page.settle();
    await page.settle();
    said.push(page.text("#board-state"));
  }
  assert.deepEqual(said, [
    "网络连不上。卡片都还在，请检查网络，再点一次。",
    "没有完成这一步，可能登录已经过期。卡片都还在，请在新窗口登录后再点一次。",
  ]);
  assert.deepEqual([lies(page), page.one("button[value=fill]").disabled], [["丙丁", "甲乙", ""], false]);
});
