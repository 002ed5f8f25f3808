import assert from "node:assert/strict";
import { test } from "node:test";
import { Page } from "./page.mjs";

const DESK = `
  <a data-step="next" id="next" href="#next"></a><a data-step="prev" href="#prev"></a>
  <form id="letter" data-letter-desk data-check="/check/" data-preview="/preview/" method="post">
    <textarea name="body">写好的</textarea><textarea name="advice"></textarea>
    <button name="go" value="next" data-save="next"></button></form>`;

test("the letter is where typing begins; unchanged, the keyboard goes on without saving", () => {
  const page = new Page(DESK, "letter-desk.js");
  let gone = 0;
  page.one("#next").addEventListener("click", () => { gone += 1; });
  assert.equal(page.document.activeElement.name, "body");
  page.key(page.document.activeElement, "ArrowDown", { altKey: true });
  assert.deepEqual([page.submitted, gone], [[], 1]);
});

test("what is typed before the script is there keeps the focus, and is saved when the keyboard goes on", () => {
  const page = new Page(DESK, "letter-desk.js", {
    before: (document) => {
      const advice = document.querySelector("[name=advice]");
      advice.focus();
      advice.value = "多读书";
    },
  });
  assert.equal(page.document.activeElement.name, "advice");
  page.key(page.document.activeElement, "ArrowDown", { altKey: true });
  assert.deepEqual(page.submitted, ["letter"]);
});
