import assert from "node:assert/strict";
import { test } from "node:test";
import { json, Page } from "./page.mjs";

const MENTORS = [
  { number: "1", names: "林晓", initials: "lx linxiao" },
  { number: "2", names: "何远", initials: "hy heyuan" },
  { number: "12", names: "何雨", initials: "hy heyu" },
];
const row = (id, cells, { version = "0", source = "" } = {}) => `
  <tr data-row data-url="/entry/${id}/" data-source="${source}" id="row${id}"><td data-word></td>
    <td><input data-version value="${version}" type="hidden"></td>
    ${cells.map((value, at) => `<td><input data-cell data-stored="${value}" value="${value}" id="r${id}c${at + 1}"><span data-name></span></td>`).join("")}</tr>`;
const grid = (rows) => `
  <div data-entry><p data-plain></p><p data-help hidden></p><b data-done></b><ul data-options hidden></ul>
    ${MENTORS.map((m) => `<li data-number="${m.number}" data-names="${m.names}" data-initials="${m.initials}"></li>`).join("")}
    <form data-entry-form id="entry"><input type="hidden" name="csrfmiddlewaretoken" value="t"><table>${rows.join("")}</table><button>保存</button></form></div>`;
const start = (rows, answers, before) => new Page(grid(rows), "entry.js", { answers, before });
const name = (page, cell) => page.one(`#${cell}`).parentElement.querySelector("[data-name]").textContent;
const word = (page, id) => page.text(`#row${id} [data-word]`);
const typing = (page, cell, text) => {
  page.one(`#${cell}`).focus();
  page.type(`#${cell}`, text);
};
const at = (page) => page.document.activeElement.id;
const stored = (cells, more = {}) => json({ cells, names: cells.map((n) => MENTORS.find((m) => m.number === n)?.names ?? ""), version: "1", source: "paper", ...more });

test("the first row without choices is where typing begins", () => {
  assert.equal(at(start([row(1, ["1", ""], { version: "2" }), row(2, ["", ""])])), "r2c1");
});

test("a number that can only be one mentor is taken at once, and the next cell waits", () => {
  const page = start([row(1, ["", ""])]);
  typing(page, "r1c1", "2");
  assert.deepEqual([page.one("#r1c1").value, name(page, "r1c1"), at(page)], ["2", "何远", "r1c2"]);
});

test("a number that may go on waits and offers both; a zero before it, or Enter, says which", () => {
  const page = start([row(1, ["", ""])]);
  typing(page, "r1c1", "1");
  assert.deepEqual([...page.document.querySelectorAll("[data-options] li")].map((li) => li.textContent), ["1　林晓", "12　何雨"]);
  assert.equal(at(page), "r1c1");
  page.key(page.one("#r1c1"), "Enter");
  assert.deepEqual([page.one("#r1c1").value, name(page, "r1c1"), at(page)], ["1", "林晓", "r1c2"]);
  typing(page, "r1c2", "01");
  assert.deepEqual([page.one("#r1c2").value, name(page, "r1c2")], ["1", "林晓"]);
});

test("full-width digits and initials are understood", () => {
  const page = start([row(1, ["", ""])]);
  typing(page, "r1c1", "１２");
  assert.deepEqual([page.one("#r1c1").value, name(page, "r1c1")], ["12", "何雨"]);
  typing(page, "r1c2", "lx");
  assert.deepEqual([page.one("#r1c2").value, name(page, "r1c2")], ["1", "林晓"]);
});

test("initials of two mentors offer both, and the one that is clicked is taken", () => {
  const page = start([row(1, ["", ""])]);
  typing(page, "r1c1", "hy");
  const [, second] = page.document.querySelectorAll("[data-options] li");
  page.fire(second, "mousedown");
  assert.deepEqual([page.one("#r1c1").value, at(page)], ["12", "r1c2"]);
});

test("a number that nobody has is said at once", () => {
  const page = start([row(1, ["", ""])]);
  typing(page, "r1c1", "9");
  assert.deepEqual([word(page, 1), page.one("#r1c1").getAttribute("aria-invalid")], ["没有 9 号", "true"]);
});

test("a row saves itself when it is left, once, with its version", async () => {
  const page = start([row(1, ["", ""]), row(2, ["", ""])], [stored(["2", "12"])]);
  typing(page, "r1c1", "2");
  typing(page, "r1c2", "12");
  assert.equal(at(page), "r2c1");
  await page.settle();
  assert.equal(page.requests.length, 1);
  const { url, body, headers } = page.requests[0];
  assert.deepEqual([url, String(body), headers["X-CSRFToken"]], ["/entry/1/", "version=0&c1=2&c2=12", "fresh"]);
  await page.settle();
  assert.deepEqual([word(page, 1), page.text("[data-done]"), page.one("#row1").className, page.asksBeforeLeaving()], ["", "1", "is-saved", false]);
});

test("a gap and the same mentor twice are said and not sent", () => {
  const page = start([row(1, ["", ""]), row(2, ["", ""])]);
  typing(page, "r1c2", "2");
  assert.equal(word(page, 1), "前面的志愿空着，请先填前面的");
  typing(page, "r1c1", "2");
  typing(page, "r2c1", "");
  assert.deepEqual([word(page, 1), page.requests.length, page.asksBeforeLeaving()], ["同一位导师只能选一次", 0, true]);
});

test("what a family handed in is changed only after Enter, and Escape leaves it", async () => {
  const page = start([row(1, ["1", ""], { version: "3", source: "slip" }), row(2, ["", ""])], [stored(["2", ""], { version: "4" })]);
  typing(page, "r1c1", "2");
  typing(page, "r2c1", "");
  assert.deepEqual([word(page, 1), page.requests.length], ["已由凭条提交。改成纸上的请按回车，不改请按 Esc", 0]);
  page.key(page.one("#r1c1"), "Escape");
  assert.deepEqual([page.one("#r1c1").value, word(page, 1)], ["1", "已由凭条提交"]);
  typing(page, "r1c1", "2");
  typing(page, "r2c1", "");
  page.key(page.one("#r1c1"), "Enter");
  await page.settle();
  assert.equal(String(page.requests[0].body), "version=3&c1=2&c2=");
});

test("a row that somebody else changed shows theirs and says so", async () => {
  const answer = json({ code: "changed_meanwhile", error: "已被改过。", cells: ["12", ""], names: ["何雨", ""], version: "5", source: "paper" }, 422);
  const page = start([row(1, ["", ""]), row(2, ["", ""])], [answer]);
  typing(page, "r1c1", "2");
  typing(page, "r2c1", "");
  await page.settle();
  await page.settle();
  assert.deepEqual([word(page, 1), page.one("#r1c1").value, page.one("#row1 [data-version]").value], ["已被改过。", "12", "5"]);
});

test("what does not come through stays typed, is said, and is sent again after growing pauses", async () => {
  const page = start([row(1, ["", ""]), row(2, ["", ""])], [new Error("down"), new Response("", { status: 401 }), new Response("", { status: 503 }), new Response("", { status: 409 }), stored(["2", ""])]);
  const said = [];
  typing(page, "r1c1", "2");
  typing(page, "r2c1", "");
  await page.settle();
  for (const pause of [2000, 4000, 8000, 16000]) {
    said.push(word(page, 1));
    assert.deepEqual([page.one("#r1c1").value, page.asksBeforeLeaving()], ["2", true]);
    await page.pass(pause - 1);
    assert.equal(page.requests.length, said.length);
    await page.pass(1);
    await page.settle();
  }
  assert.deepEqual(said, ["网络连不上，连上后自动保存", "登录已过期，请在新窗口登录后再回来", "没有保存上，稍后自动再试", "没有保存上，稍后自动再试"]);
  assert.deepEqual([page.one("#row1").className, page.text("[data-done]"), page.requests.length, page.asksBeforeLeaving()], ["is-saved", "1", 5, false]);
});

test("a row that did not come through is sent at once when the network or the person is back, not while it is typed in", async () => {
  const page = start([row(1, ["", ""]), row(2, ["", ""])], [new Error("down"), new Error("down"), stored(["2", "12"])]);
  typing(page, "r1c1", "2");
  typing(page, "r2c1", "");
  await page.settle();
  page.fire(page.window, "online");
  await page.settle();
  assert.equal(page.requests.length, 2);
  typing(page, "r1c2", "1");
  await page.pass(60000);
  assert.equal(page.requests.length, 2);
  typing(page, "r1c2", "12");
  await page.settle();
  assert.deepEqual([String(page.requests[2].body), page.one("#row1").className], ["version=0&c1=2&c2=12", "is-saved"]);
  await page.pass(60000);
  assert.equal(page.requests.length, 3);
});

test("an answer that never comes is given up, and the row is sent again", async () => {
  const page = start([row(1, ["", ""]), row(2, ["", ""])], [new Promise(() => {}), stored(["2", ""])]);
  typing(page, "r1c1", "2");
  typing(page, "r2c1", "");
  await page.pass(30000);
  assert.equal(word(page, 1), "服务器很久没有回应，稍后自动再试");
  await page.pass(2000);
  assert.deepEqual([page.requests.length, page.one("#row1").className], [2, "is-saved"]);
});

test("a row whose first answer was lost is not called changed by somebody else", async () => {
  const there = json({ code: "changed_meanwhile", error: "已被改过。", cells: ["2", ""], names: ["何远", ""], version: "1", source: "paper" }, 422);
  const page = start([row(1, ["", ""]), row(2, ["", ""])], [new Error("reset"), there]);
  typing(page, "r1c1", "2");
  typing(page, "r2c1", "");
  await page.settle();
  await page.pass(2000);
  assert.deepEqual([page.one("#row1").className, word(page, 1), page.text("[data-done]"), page.one("#row1 [data-version]").value], ["is-saved", "", "1", "1"]);
});

test("a row that is corrected while its save is under way is sent once more, with the version that was answered", async () => {
  let answer;
  const page = start([row(1, ["", ""]), row(2, ["", ""])], [new Promise((done) => { answer = done; }), stored(["12", ""], { version: "2" })]);
  typing(page, "r1c1", "2");
  typing(page, "r2c1", "");
  typing(page, "r1c1", "12");
  typing(page, "r2c1", "");
  await page.settle();
  assert.equal(page.requests.length, 1);
  answer(stored(["2", ""]));
  await page.settle();
  await page.settle();
  assert.deepEqual(page.requests.map(({ body }) => String(body)), ["version=0&c1=2&c2=", "version=1&c1=12&c2="]);
  assert.deepEqual([page.one("#r1c1").value, page.one("#row1").className, page.asksBeforeLeaving()], ["12", "is-saved", false]);
});

test("Escape while a save is under way takes it back, though the row was left before the answer", async () => {
  let answer;
  const page = start([row(1, ["1", ""], { version: "3", source: "paper" }), row(2, ["", ""])], [new Promise((done) => { answer = done; }), stored(["1", ""], { version: "5" })]);
  typing(page, "r1c1", "2");
  typing(page, "r2c1", "");
  page.one("#r1c1").focus();
  page.key(page.one("#r1c1"), "Escape");
  page.one("#r2c1").focus();
  answer(stored(["2", ""], { version: "4" }));
  await page.settle();
  await page.settle();
  assert.deepEqual(page.requests.map(({ body }) => String(body)), ["version=3&c1=2&c2=", "version=4&c1=1&c2="]);
  assert.deepEqual([page.one("#r1c1").value, page.one("#row1").className], ["1", "is-saved"]);
});

test("answers that come in another order leave each row and the count right", async () => {
  const answers = [];
  const later = () => new Promise((done) => { answers.push(done); });
  const page = start([row(1, ["", ""]), row(2, ["", ""]), row(3, ["", ""])], [later(), later()]);
  typing(page, "r1c1", "2");
  typing(page, "r2c1", "12");
  typing(page, "r3c1", "");
  answers[1](stored(["12", ""]));
  await page.settle();
  assert.deepEqual([page.text("[data-done]"), page.one("#row1").className], ["1", "is-saving"]);
  answers[0](stored(["2", ""]));
  await page.settle();
  assert.deepEqual([page.text("[data-done]"), page.one("#r1c1").value, page.one("#r2c1").value], ["2", "2", "12"]);
});

test("what is typed before the script is there is not lost, and goes to the cells it was meant for", async () => {
  const page = start([row(1, ["", ""]), row(2, ["", ""])], [stored(["2", "12"])], (document) => {
    const cell = document.querySelector("#r1c1");
    cell.focus();
    cell.value = "021201";
  });
  await page.settle();
  assert.equal(String(page.requests[0].body), "version=0&c1=2&c2=12");
  assert.deepEqual([page.one("#r2c1").value, at(page), page.text("[data-done]")], ["1", "r2c2", "1"]);
});

test("where somebody has begun before the script is there they stay, and what they left saves itself", async () => {
  const page = start([row(1, ["", ""]), row(2, ["", ""]), row(3, ["", ""])], [stored(["2", ""])], (document) => {
    document.querySelector("#r2c1").value = "2";
    document.querySelector("#r3c1").focus();
  });
  assert.equal(at(page), "r3c1");
  await page.settle();
  assert.deepEqual([page.requests[0].url, page.one("#row2").className], ["/entry/2/", "is-saved"]);
});

test("arrows walk through the grid, Backspace in an empty cell goes back", () => {
  const page = start([row(1, ["1", "2"], { version: "1" }), row(2, ["", ""])]);
  page.key(page.one("#r2c1"), "ArrowUp");
  assert.equal(at(page), "r1c1");
  page.key(page.one("#r1c1"), "ArrowRight");
  assert.equal(at(page), "r1c2");
  page.key(page.one("#r1c2"), "ArrowDown");
  assert.equal(at(page), "r2c2");
  page.key(page.one("#r2c2"), "Backspace");
  assert.equal(at(page), "r2c1");
});
