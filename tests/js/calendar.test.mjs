import assert from "node:assert/strict";
import { test } from "node:test";
import { Page } from "./page.mjs";

// November 2026 with an exam from the 9th to the 11th, and a term from 1 September to 22 January.
const DAYS = Array.from({ length: 30 }, (_, place) => `2026-11-${String(place + 1).padStart(2, "0")}`);
const weekend = (day) => [0, 6].includes(new Date(`${day}T00:00Z`).getUTCDay());
const row = (place, { kind = "holiday", name = "", first = "", last = "" } = {}) => `<li data-row>
  <select name="day-${place}-kind">${["exam", "holiday", "workday"].map((one) => `<option value="${one}"${one === kind ? " selected" : ""}></option>`).join("")}</select>
  <input name="day-${place}-name" value="${name}"><input name="day-${place}-starts_on" value="${first}"><input name="day-${place}-ends_on" value="${last}">
  <input type="checkbox" name="day-${place}-DELETE"></li>`;
const EXAM = { kind: "exam", name: "期中考试", first: "2026-11-09", last: "2026-11-11" };
const start = (...rows) => new Page(`<form data-calendar>
  <input name="day-TOTAL_FORMS" value="${rows.length}">
  <input name="first_start" value="2026-09-01"><input name="first_end" value="2027-01-22">
  <input name="second_start" value="2027-02-22"><input name="second_end" value="2027-06-30">
  <div data-tools hidden>${["holiday", "workday", "exam", "none"].map((kind) => `<button type="button" data-paint="${kind}" aria-pressed="false"></button>`).join("")}
    <input data-name><button type="button" data-undo disabled></button><p data-told></p></div>
  <div data-months><span data-count="2026-11"></span><table>${DAYS.map((day) => `<td data-day="${day}" class="is-term${weekend(day) ? " is-weekend" : ""}">
    <span class="cal-sign"></span><span class="cal-words"></span></td>`).join("")}</table><ul data-lines="2026-11"></ul></div>
  <ol data-rows>${rows.map((values, place) => row(place, values)).join("")}</ol>
  <template data-empty>${row("__prefix__")}</template><button type="button" data-add hidden></button></form>`, "calendar.js");

const cell = (page, day) => page.one(`[data-day="2026-11-${String(day).padStart(2, "0")}"]`);
const press = (page, kind) => page.one(`[data-paint="${kind}"]`).click();
const tap = (page, ...days) => days.forEach((day) => cell(page, day).click());
const rows = (page) => [...page.document.querySelectorAll("[data-row]")]
  .filter((one) => !one.querySelector("[name$=DELETE]").checked)
  .map((one) => ["kind", "name", "starts_on", "ends_on"].map((name) => one.querySelector(`[name$="-${name}"]`).value))
  .filter(([, , first]) => first)
  .map(([kind, name, first, last]) => `${kind} ${name} ${first.slice(8)}-${last.slice(8)}`);
const text = (page, selector) => page.one(selector).textContent;

test("two taps name the days between them, whichever comes first", () => {
  const page = start(EXAM, {});
  assert.equal(page.one("[data-tools]").hidden, false);
  press(page, "holiday");
  page.one("[data-name]").value = "秋假";
  tap(page, 20, 19);
  assert.deepEqual(rows(page), ["exam 期中考试 09-11", "holiday 秋假 19-20"]);
  assert.equal(cell(page, 19).className, "is-holiday is-first is-term");
  assert.equal(cell(page, 20).querySelector(".cal-words").textContent, "秋假");
  assert.equal(text(page, "[data-count]"), "上课 19 天");
  assert.equal(text(page, "[data-lines]"), "11月9日—11日 期中考试11月19日—20日 秋假");
  assert.equal(text(page, "[data-told]"), "11月19日—20日 已登记为放假“秋假”。看过后到页末保存。");
});

test("where no row is empty, one is added with the next number", () => {
  const page = start(EXAM);
  press(page, "workday");
  tap(page, 14, 14);
  assert.deepEqual(rows(page), ["exam 期中考试 09-11", "workday  14-14"]);
  assert.equal(page.one("[name=day-TOTAL_FORMS]").value, "2");
  assert.ok(page.one("[name=day-1-kind]"));
  assert.equal(cell(page, 14).querySelector(".cal-sign").textContent, "班");
});

test("what lies in the way ends before, begins after, or is cut in two", () => {
  const page = start({ ...EXAM, first: "2026-11-09", last: "2026-11-13" });
  press(page, "none");
  tap(page, 11, 11);
  assert.deepEqual(rows(page), ["exam 期中考试 09-10", "exam 期中考试 12-13"]);
  tap(page, 9, 12);
  assert.deepEqual(rows(page), ["exam 期中考试 13-13"]);
  press(page, "none");
  press(page, "holiday");
  tap(page, 13, 14);
  assert.deepEqual(rows(page), ["exam 期中考试 13-13", "holiday  13-14"], "an exam and a day off are told apart by the server");
});

test("each step is taken back", () => {
  const page = start(EXAM, {});
  press(page, "exam");
  tap(page, 11, 12);
  assert.deepEqual(rows(page), ["exam 期中考试 09-10", "exam  11-12"]);
  page.one("[data-undo]").click();
  assert.deepEqual(rows(page), ["exam 期中考试 09-11"]);
  assert.equal(page.one("[data-undo]").disabled, true);
});

test("days are reached and named by keys", () => {
  const page = start({});
  const key = (name) => page.document.activeElement.dispatchEvent(new page.window.KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true }));
  press(page, "holiday");
  assert.equal(page.one("table").getAttribute("role"), "grid");
  cell(page, 1).focus();
  ["ArrowDown", "ArrowRight", "Enter", "ArrowRight", " "].forEach(key);
  assert.deepEqual(rows(page), ["holiday  09-10"]);
});

test("what is typed in a row stands in the month at once", () => {
  const page = start(EXAM);
  page.one("[name=day-0-ends_on]").value = "2026-11-10";
  page.one("[name=day-0-ends_on]").dispatchEvent(new page.window.Event("change", { bubbles: true }));
  assert.deepEqual([10, 11].map((day) => cell(page, day).querySelector(".cal-sign").textContent), ["考", ""]);
});

test("without a kind a tap does nothing", () => {
  const page = start(EXAM, {});
  tap(page, 19, 20);
  assert.deepEqual(rows(page), ["exam 期中考试 09-11"]);
});
