import assert from "node:assert/strict";
import { test } from "node:test";
import { Page } from "./page.mjs";

const FORM = `
  <form id="talk" method="post" action="/my/pupils/7/talk/" data-draft="talk/new/7">
    <input type="hidden" name="press" value="k1"><textarea name="text">她想加入合唱团。</textarea>
    <div class="action-bar"><button id="save" name="action" value="save">保存</button></div>
  </form>
  <form id="plain" method="post" action="/other/"><button id="other">好</button></form>`;
const down = () => new Error("down");
const html = (status) => new Response("<!doctype html>", { status, headers: { "Content-Type": "text/html" } });

function open(answers) {
  const page = new Page(FORM, "send.js", { answers });
  page.plainly = [];
  page.window.HTMLFormElement.prototype.submit = function submit() {
    page.plainly.push([...new page.window.FormData(this)]);
  };
  page.press = async (selector) => {
    page.one(selector).click();
    await page.settle();
    await page.settle();
  };
  return page;
}
const box = (page) => page.document.querySelector("[data-send-state]");

test("without a network the page stays, says so, and a button sends the very same again", async () => {
  const page = open([down(), down()]);
  await page.press("#save");
  assert.equal(box(page).querySelector(".notice-text").textContent, "没有网络，内容已保留在本页。");
  assert.equal(page.one("#save").disabled, false);
  await page.press("[data-send-state] button");
  assert.equal(page.document.querySelectorAll("[data-send-state]").length, 1);
  assert.deepEqual(page.requests.map(({ url, body }) => [url, ...body]), Array(2).fill([
    "/my/pupils/7/talk/", ["press", "k1"], ["text", "她想加入合唱团。"], ["action", "save"],
  ]));
  assert.deepEqual([page.submitted, page.plainly], [[], []]);
});

test("a second press while the first is under way sends nothing", async () => {
  const page = open([new Promise(() => {})]);
  await page.press("#save");
  assert.equal(page.one("#save").disabled, true);
  page.one("#talk").requestSubmit();
  await page.settle();
  assert.equal(page.requests.length, 1);
});

test("what the server refuses is shown by the browser, with the pressed button", async () => {
  for (const status of [200, 409, 422]) {
    const page = open([html(status)]);
    await page.press("#save");
    assert.deepEqual(page.plainly, [[["press", "k1"], ["text", "她想加入合唱团。"], ["action", "save"]]]);
    assert.equal(box(page), null);
  }
});

test("an ended session and a failing server keep the page too", async () => {
  for (const [status, words] of [[401, "登录已过期"], [403, "登录已过期"], [502, "服务器没有存上"]]) {
    const page = open([html(status)]);
    await page.press("#save");
    assert.ok(box(page).textContent.startsWith(`${words}，内容已保留在本页。`));
    assert.deepEqual(page.plainly, []);
  }
});

test("a slow server is given up after half a minute", async () => {
  const page = open([]);
  page.window.fetch = (url, { signal }) => new Promise((_, fail) => signal.addEventListener("abort", () => fail(new Error("aborted"))));
  await page.press("#save");
  await page.pass(29999);
  assert.equal(box(page), null);
  await page.pass(1);
  assert.ok(box(page).textContent.startsWith("服务器很久没有回应"));
});

test("forms without drafts are left to the browser", async () => {
  const page = open([]);
  await page.press("#other");
  assert.deepEqual([page.submitted, page.requests], [["plain"], []]);
});
