import assert from "node:assert/strict";
import { test } from "node:test";
import { json, Page } from "./page.mjs";

const FORM = `
  <form method="post" data-draft="visit:7" data-draft-url="/desk/draft/" data-draft-user="42" data-draft-seen="">
    <input type="hidden" name="csrfmiddlewaretoken" value="old"><input type="hidden" name="version" value="3">
    <label for="id_note">家访情况（选填）</label><textarea id="id_note" name="note"></textarea>
    <input type="checkbox" name="kind" value="home"><input type="checkbox" name="kind" value="phone">
    <p data-draft-state></p><button>保存</button>
  </form>`;
const saved = (stamp = "server.1") => json({ stamp, at: "10:02", drop: "/my/drafts/5/drop/" });
const sent = (page, at = 0) => JSON.parse(page.requests[at].body);

test("what is typed is saved two seconds after the last key, once", async () => {
  const page = new Page(FORM, "drafts.js", { answers: [saved()] });
  page.type("textarea", "孩子");
  await page.pass(1500);
  page.type("textarea", "孩子很好");
  await page.pass(1999);
  assert.equal(page.requests.length, 0);
  await page.pass(1);
  assert.equal(page.requests.length, 1);
  const { key, user, seen, content } = sent(page);
  assert.deepEqual({ key, user, seen, content }, { key: "visit:7", user: "42", seen: "", content: { version: ["3"], note: ["孩子很好"] } });
  assert.equal(page.text("[data-draft-state]"), "草稿已保存 10:02");
  await page.pass(60000);
  assert.equal(page.requests.length, 1);
});

test("the present token of the cookie is sent, and never as a word of the form", async () => {
  const page = new Page(FORM, "drafts.js", { answers: [saved()] });
  page.type("textarea", "字");
  await page.pass(2000);
  assert.equal(page.requests[0].headers["X-CSRFToken"], "fresh");
  assert.equal("csrfmiddlewaretoken" in sent(page).content, false);
});

test("each save says which one the page has seen, and has a stamp of its own", async () => {
  const page = new Page(FORM, "drafts.js", { answers: [saved("a.1"), saved("a.2")] });
  page.type("textarea", "一");
  await page.pass(2000);
  page.type("textarea", "二");
  await page.pass(2000);
  assert.deepEqual([sent(page, 0).seen, sent(page, 1).seen], ["", "a.1"]);
  assert.deepEqual([sent(page, 0), sent(page, 1)].map((body) => body.stamp.split(".")[1]), ["1", "2"]);
});

test("what is typed before the script is there is saved as well, not what the browser puts back", async () => {
  const write = (document) => { document.querySelector("textarea").value = "孩子"; };
  const begun = new Page(FORM, "drafts.js", { answers: [saved()], before: (document) => { document.querySelector("textarea").focus(); write(document); } });
  await begun.pass(2000);
  assert.deepEqual(begun.requests.map(({ body }) => JSON.parse(body).content.note), [["孩子"]]);
  const back = new Page(FORM, "drafts.js", { before: write });
  await back.pass(60000);
  assert.equal(back.requests.length, 0);
});

test("an answer that never comes is given up, and the words are sent again", async () => {
  const page = new Page(FORM, "drafts.js", { answers: [new Promise(() => {}), saved()] });
  page.type("textarea", "字");
  await page.pass(32000);
  assert.deepEqual([page.requests.length, page.text("[data-draft-state]")], [1, "连不上服务器，文字还在本页，恢复后自动保存。"]);
  await page.pass(2000);
  assert.deepEqual([page.requests.length, page.text("[data-draft-state]")], [2, "草稿已保存 10:02"]);
});

test("text taken back to what is saved is not sent", async () => {
  const page = new Page(FORM, "drafts.js");
  page.type("textarea", "字");
  page.type("textarea", "");
  await page.pass(60000);
  assert.equal(page.requests.length, 0);
});

test("without a network it tries again after 2, 4, 8, 16 and then each 30 seconds, and says when it is through", async () => {
  const down = () => new Error("down");
  const page = new Page(FORM, "drafts.js", { answers: [down(), down(), down(), down(), down(), down(), down(), saved()] });
  page.type("textarea", "字");
  const times = [];
  for (let second = 0; second < 130; second++) {
    const before = page.requests.length;
    await page.pass(1000);
    if (page.requests.length > before) times.push(second + 1);
    if (times.length === 1) {
      assert.equal(page.text("[data-draft-state]"), "连不上服务器，文字还在本页，恢复后自动保存。");
      assert.equal(page.asksBeforeLeaving(), true);
    }
  }
  assert.deepEqual(times, [2, 4, 8, 16, 32, 62, 92, 122]);
  assert.equal(page.text("[data-draft-state]"), "草稿已保存 10:02");
  assert.equal(page.asksBeforeLeaving(), false);
});

test("back online it saves at once", async () => {
  const page = new Page(FORM, "drafts.js", { answers: [new Error("down"), saved()] });
  page.type("textarea", "字");
  await page.pass(2000);
  page.fire(page.window, "online");
  await page.settle();
  assert.equal(page.requests.length, 2);
  assert.equal(page.text("[data-draft-state]"), "草稿已保存 10:02");
});

test("an expired session keeps the words, offers to sign in, and goes on with the new token", async () => {
  const gone = new Response("", { status: 401 });
  const page = new Page(FORM, "drafts.js", { answers: [gone, saved()] });
  page.type("textarea", "字");
  await page.pass(2000);
  assert.equal(page.text("[data-draft-state]"), "登录已过期，请在新窗口登录，文字不会丢。去登录");
  page.document.cookie = "csrftoken=newer";
  await page.pass(2000);
  assert.equal(page.requests[1].headers["X-CSRFToken"], "newer");
  assert.equal(page.one("input[name=csrfmiddlewaretoken]").value, "newer");
});

test("what the server refuses is said and not sent again until it changes", async () => {
  const page = new Page(FORM, "drafts.js", { answers: [json({ message: "太长了。" }, 422), saved()] });
  page.type("textarea", "长");
  await page.pass(60000);
  assert.deepEqual([page.requests.length, page.text("[data-draft-state]")], [1, "太长了。"]);
  page.type("textarea", "短");
  await page.pass(2000);
  assert.equal(page.requests.length, 2);
});

const conflict = () => json({ message: "另一个窗口改过。", stamp: "other.9", day: "11月16日", content: { note: ["那边写的"], kind: ["phone"] } }, 409);

test("two windows: both texts are shown, and nothing is sent until one is chosen", async () => {
  const page = new Page(FORM, "drafts.js", { answers: [conflict()] });
  page.type("textarea", "这边写的");
  await page.pass(2000);
  assert.equal(page.text(".draft-other dt"), "那边的家访情况（11月16日）");
  assert.equal(page.text(".draft-other dd"), "那边写的");
  page.type("textarea", "这边写的更多");
  await page.pass(60000);
  assert.equal(page.requests.length, 1);
});

test("the own text, chosen, goes out as one that has seen the other", async () => {
  const page = new Page(FORM, "drafts.js", { answers: [conflict(), saved()] });
  page.type("textarea", "这边写的");
  await page.pass(2000);
  [...page.document.querySelectorAll("[data-draft-state] button")].find((b) => b.textContent === "用本页的").click();
  await page.settle();
  assert.deepEqual([sent(page, 1).seen, sent(page, 1).content.note], ["other.9", ["这边写的"]]);
});

test("the other text, chosen, fills the form and is not sent back", async () => {
  const page = new Page(FORM, "drafts.js", { answers: [conflict()] });
  page.type("textarea", "这边写的");
  await page.pass(2000);
  [...page.document.querySelectorAll("[data-draft-state] button")].find((b) => b.textContent === "用那边的").click();
  assert.equal(page.one("textarea").value, "那边写的");
  assert.deepEqual([...page.document.querySelectorAll("[name=kind]")].map((box) => box.checked), [false, true]);
  assert.equal(page.one("[name=version]").value, "3");
  await page.pass(60000);
  assert.equal(page.requests.length, 1);
});

test("typing while a save is under way is saved after it", async () => {
  let answer;
  const page = new Page(FORM, "drafts.js", { answers: [new Promise((done) => (answer = done)), saved()] });
  page.type("textarea", "一");
  await page.pass(2000);
  page.type("textarea", "一二");
  await page.pass(2000);
  assert.equal(page.requests.length, 1);
  answer(saved());
  await page.settle();
  await page.pass(0);
  assert.deepEqual(sent(page, 1).content.note, ["一二"]);
});

test("leaving the page sends at once what has not been saved, so that it outlives the page", async () => {
  const page = new Page(FORM, "drafts.js", { answers: [saved()] });
  page.type("textarea", "字");
  page.fire(page.window, "pagehide");
  await page.settle();
  assert.deepEqual([page.requests.length, page.requests[0].keepalive], [1, true]);
});

test("a form that is sent takes its draft with it, with the present token", async () => {
  const page = new Page(FORM, "drafts.js");
  page.type("textarea", "字");
  page.one("button").click();
  assert.equal(page.one("input[name=csrfmiddlewaretoken]").value, "fresh");
  await page.pass(60000);
  assert.equal(page.requests.length, 0);
});

test("words that a closed panel could not save are put back when it opens again", async () => {
  const page = new Page(`<div id="panel">${FORM}</div>`, "drafts.js", { answers: [new Error("down"), saved()] });
  page.type("textarea", "没存上的");
  await page.pass(2000);
  const panel = page.one("#panel");
  panel.replaceChildren();
  panel.innerHTML = FORM;
  page.fire(page.document.body, "htmx:afterSwap", { detail: { target: panel } });
  assert.equal(page.one("textarea").value, "没存上的");
  assert.equal(page.text("[data-draft-state]"), "已放回还没有存上的文字。");
  await page.pass(0);
  assert.deepEqual(sent(page, 1).content.note, ["没存上的"]);
});

// What is said where one goes on, and the address of the button that drops the draft.
const hears = (page) => {
  const said = [];
  page.document.addEventListener("page:tell", ({ detail }) => said.push([detail.text.slice(0, 15), detail.part && detail.part.getAttribute("action")]));
  return said;
};
const PANEL = `<dialog open><div class="panel-feedback"></div><div id="panel">${FORM}</div></dialog>`;

test("a form that is left with words keeps them as a draft, says so, and offers to drop it", async () => {
  const page = new Page(PANEL, "drafts.js", { answers: [saved()] });
  const said = hears(page);
  page.fire(page.one("form"), "draft:left");
  await page.pass(0);
  assert.deepEqual(said, []);
  page.type("textarea", "字");
  page.fire(page.one("form"), "draft:left");
  page.one("#panel").replaceChildren();
  await page.pass(0);
  assert.deepEqual([page.requests.length, said], [1, [["没有保存，写下的内容已留作草稿", "/my/drafts/5/drop/"]]]);
});

test("without a network it says that the words are on the page alone", async () => {
  const page = new Page(PANEL, "drafts.js", { answers: [new Error("down")] });
  const said = hears(page);
  page.type("textarea", "字");
  page.fire(page.one("form"), "draft:left");
  await page.pass(0);
  assert.deepEqual(said, [["没有保存，也还没有存成草稿。文", null]]);
});

test("a whole page that is left notes the draft's address, a form that was sent does not", async () => {
  const page = new Page(FORM, "drafts.js", { answers: [saved()] });
  const noted = () => JSON.parse(page.window.sessionStorage.getItem("draft:left"));
  page.fire(page.window, "pagehide");
  assert.equal(noted(), null);
  page.type("textarea", "字");
  await page.pass(2000);
  page.fire(page.window, "pagehide");
  assert.deepEqual([noted().key, noted().drop], ["visit:7", "/my/drafts/5/drop/"]);
  page.window.sessionStorage.clear();
  page.fire(page.one("form"), "submit");
  page.fire(page.window, "pagehide");
  assert.equal(noted(), null);
});

test("when the session is over one box says so: the line of the draft leaves it to the one beside the buttons", async () => {
  const over = () => json({}, 401);
  const page = new Page(FORM, "drafts.js", { answers: [over(), over()] });
  page.type("textarea", "字");
  await page.pass(2000);
  assert.match(page.text("[data-draft-state]"), /登录已过期/);
  const box = page.document.createElement("div");
  box.dataset.sendState = "";
  page.one("form").append(box);
  page.fire(page.one("form"), "send:stayed");
  await page.pass(2000);
  assert.deepEqual([page.requests.length === 2, page.text("[data-draft-state]")], [true, ""]);
});
