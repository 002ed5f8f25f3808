import assert from "node:assert/strict";
import { test } from "node:test";
import { Page } from "./page.mjs";

const BODY = `
  <div id="feedback"></div><main id="main"><a href="#" id="opener">打开</a></main>
  <dialog id="panel-dialog"><div class="panel-feedback"></div><button type="button" data-panel-close>×</button><div id="panel"></div></dialog>
  <form id="letter" method="post" action="/x/"><input name="method" value="a field called method"><button name="action" value="hand_in">交稿</button></form>
  <form id="download" method="post" data-download><button>下载</button></form>
  <details class="menu" open><summary>菜单</summary><a id="inside">一</a></details>
  <div data-pick-group><button type="button" data-pick-all>全选</button>
    <input type="checkbox" id="b1"><input type="checkbox" id="b2"><input type="checkbox" id="b3" disabled></div>`;
const start = () => new Page(BODY, "app.js");
const htmx = (page, name, detail) => page.fire(page.document.body, `htmx:${name}`, { detail });
const swap = (page, status, serverResponse, target = page.one("#main")) => {
  const detail = { xhr: { status }, target, serverResponse, shouldSwap: true };
  htmx(page, "beforeSwap", detail);
  return detail;
};
const show = (page, html) => {
  page.one("#panel").innerHTML = html;
  htmx(page, "afterSwap", { target: page.one("#panel") });
};

test("what comes into the panel opens it with the focus on its first wrong field; an empty answer closes it", () => {
  const page = start();
  page.one("#opener").focus();
  show(page, '<h2 id="panel-title" tabindex="-1">谈心</h2><input id="wrong" class="is-invalid">');
  assert.deepEqual([page.one("dialog").open, page.document.activeElement.id], [true, "wrong"]);
  show(page, " ");
  assert.equal(page.one("dialog").open, false);
});

test("the closed panel forgets its content and gives the focus back to what opened it", () => {
  const page = start();
  page.one("#opener").focus();
  show(page, '<h2 id="panel-title" tabindex="-1">谈心</h2>');
  page.one("[data-panel-close]").click();
  page.fire(page.one("dialog"), "close");
  assert.deepEqual([page.text("#panel"), page.document.activeElement.id], ["", "opener"]);
});

test("whichever way the panel is left, its form with a draft is told of while it is still there", () => {
  const page = start();
  const left = [];
  page.document.addEventListener("draft:left", (event) => left.push(event.target.dataset.draft));
  show(page, '<h2 id="panel-title" tabindex="-1">谈心</h2><form data-draft="talk/new/7"><textarea id="note"></textarea></form>');
  page.fire(page.one("dialog"), "close");
  assert.deepEqual([left, page.text("#panel")], [["talk/new/7"], ""]);
});

test("other scripts tell at the place of the page, with a button of theirs", () => {
  const page = start();
  const part = page.document.createElement("form");
  page.fire(page.document, "page:tell", { detail: { text: "已留作草稿。", part } });
  assert.deepEqual([page.text("#feedback .notice-text"), part.parentElement.className], ["已留作草稿。", "notice notice-warning"]);
});

test("Escape does not throw away what was typed into the panel", () => {
  const page = start();
  show(page, '<h2 id="panel-title" tabindex="-1">谈心</h2><form><textarea id="note"></textarea></form>');
  assert.equal(page.fire(page.one("dialog"), "cancel").defaultPrevented, false);
  page.type("#note", "字");
  assert.equal(page.fire(page.one("dialog"), "cancel").defaultPrevented, true);
  assert.equal(page.text(".panel-feedback .notice-text"), "您写的内容还没有保存。请先保存，或点右上角的叉关闭。");
});

test("a refusal is shown beside the form, so that the typed text stays", () => {
  const page = start();
  const detail = swap(page, 409, '<div data-domain-error="">不行</div>');
  assert.deepEqual([detail.target.id, detail.swapOverride, detail.shouldSwap], ["feedback", "innerHTML", true]);
});

test("a sign-in page in the place of an answer is not shown; the way to sign in is", () => {
  const page = start();
  const detail = swap(page, 200, "<!DOCTYPE html><body data-sign-in-page></body>");
  assert.equal(detail.shouldSwap, false);
  assert.equal(page.text("#feedback .notice-text"), "登录已经过期。您写的内容还在本页，没有丢失。请在新窗口登录，再回来点一次保存。 去登录");
  assert.equal(page.one("#feedback a").target, "_blank");
});

test("each way in which a request fails has its sentence, and all say that the text is still here", () => {
  const page = start();
  const said = {};
  for (const status of [401, 403, 404, 500]) {
    htmx(page, "responseError", { xhr: { status } });
    said[status] = page.text("#feedback .notice-text");
  }
  for (const name of ["sendError", "timeout"]) {
    htmx(page, name, {});
    said[name] = page.text("#feedback .notice-text");
  }
  const kept = "您写的内容还在本页，没有丢失。";
  assert.deepEqual(said, {
    401: `登录已经过期。${kept}请在新窗口登录，再回来点一次保存。 去登录`,
    403: `这一步没有通过，可能是页面放得太久，或您没有这项权限。${kept}`,
    404: `要找的内容已经不在了。${kept}请刷新页面看看。`,
    500: `服务器没有完成这一步。${kept}请稍后再试；如果一直这样，请告诉管理员。`,
    sendError: `网络连不上。${kept}请检查网络，再点一次保存。`,
    timeout: `服务器很久没有回应。${kept}请稍等片刻，再点一次保存。`,
  });
  page.one("[data-dismiss]").click();
  assert.equal(page.text("#feedback"), "");
});

test("a form goes out once, however often its button is pressed, and its buttons are held", async () => {
  const page = start();
  const button = page.one("#letter button");
  button.click();
  button.click();
  assert.deepEqual(page.submitted, ["letter"]);
  await page.pass(0);
  assert.deepEqual([button.disabled, button.getAttribute("aria-busy")], [true, "true"]);
});

test("coming back to a page that was left by a form gives its buttons back", async () => {
  const page = start();
  page.one("#letter button").click();
  await page.pass(0);
  page.fire(page.window, "pageshow", { persisted: true });
  page.one("#letter button").click();
  assert.deepEqual(page.submitted, ["letter", "letter"]);
});

test("a download leaves the page in place: its button comes back after three seconds", async () => {
  const page = start();
  page.one("#download button").click();
  await page.pass(2999);
  assert.equal(page.one("#download button").disabled, true);
  await page.pass(1);
  assert.equal(page.one("#download button").disabled, false);
});

test("the progress line stays until the last of several requests is back", () => {
  const page = start();
  const loading = () => page.document.body.classList.contains("is-loading");
  const seen = ["beforeRequest", "beforeRequest", "afterRequest", "afterRequest"].map((name) => {
    htmx(page, name, { elt: page.one("#main") });
    return loading();
  });
  assert.deepEqual(seen, [true, true, true, false]);
});

test("a form that htmx sends is held until its answer is there", () => {
  const page = start();
  const detail = { elt: page.one("#letter"), requestConfig: { triggeringEvent: { type: "submit" } } };
  htmx(page, "beforeRequest", detail);
  assert.equal(page.one("#letter button").disabled, true);
  htmx(page, "afterRequest", detail);
  assert.deepEqual([page.one("#letter button").disabled, page.one("#letter button").hasAttribute("aria-busy")], [false, false]);
});

test("one press ticks all boxes of a group but those that are closed, the next none", () => {
  const page = start();
  const ticked = () => ["b1", "b2", "b3"].map((id) => page.one(`#${id}`).checked);
  let changes = 0;
  page.document.addEventListener("change", () => changes++);
  page.one("#b1").checked = true;
  page.one("[data-pick-all]").click();
  assert.deepEqual([ticked(), changes], [[true, true, false], 1]);
  page.one("[data-pick-all]").click();
  assert.deepEqual([ticked(), changes], [[false, false, false], 3]);
});

test("a menu closes by a click beside it and by Escape, which gives it the focus back", () => {
  const page = start();
  const menu = page.one("details.menu");
  page.one("#inside").click();
  assert.equal(menu.open, true);
  page.one("#main").click();
  assert.equal(menu.open, false);
  menu.open = true;
  page.key(page.document.body, "Escape");
  assert.deepEqual([menu.open, page.document.activeElement.tagName], [false, "SUMMARY"]);
});

test("what an input method is still putting together reaches no search", () => {
  const page = new Page('<form><input id="q" data-search><input id="other"></form>', "app.js");
  const heard = [];
  page.document.addEventListener("input", (event) => heard.push(`${event.target.id} ${event.target.value}`));
  const put = (id, value, isComposing) => {
    page.one(`#${id}`).value = value;
    page.fire(page.one(`#${id}`), "input", { isComposing });
  };
  put("q", "wu", true);
  put("other", "wu", true);
  page.one("#q").value = "吴";
  page.fire(page.one("#q"), "compositionend");
  put("q", "吴河", false);
  assert.deepEqual(heard, ["other wu", "q 吴", "q 吴河"]);
});

test("a panel that is opened before the last one's step back arrives stays open, and Back closes it", () => {
  const page = start();
  // The browser steps back when it comes to it: the test says when.
  page.window.history.back = () => {};
  const arrive = () => page.window.dispatchEvent(new page.window.PopStateEvent("popstate", { state: null }));
  show(page, "<p>家访</p>");
  page.one("dialog").removeAttribute("open");
  page.fire(page.one("dialog"), "close");
  show(page, "<p>谈心</p>");
  arrive();
  assert.deepEqual([page.one("dialog").open, page.text("#panel")], [true, "谈心"]);
  arrive();
  assert.equal(page.one("dialog").open, false);
});
