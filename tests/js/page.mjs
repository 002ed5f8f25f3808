// A page for one script: jsdom, a clock that the test moves, and a server that the test plays.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { JSDOM } from "jsdom";

const STATIC = join(import.meta.dirname, "..", "..", "static");
const source = (name) => {
  const [found, ...more] = readdirSync(STATIC, { recursive: true }).filter((path) => path.split(/[\\/]/).pop() === name);
  assert.ok(found && !more.length, `there is one ${name} under static`);
  return readFileSync(join(STATIC, found), "utf-8");
};

class Clock {
  now = 0;
  waiting = new Map();
  last = 0;

  set = (act, wait = 0) => {
    this.waiting.set(++this.last, { act, at: this.now + wait });
    return this.last;
  };

  clear = (id) => this.waiting.delete(id);
}

export class Page {
  // `answers`: what the server says to one request after the other; an Error means that the network is down.
  // `before`: what somebody does before the script is there.
  constructor(body, script, { answers = [], cookie = "csrftoken=fresh", before = () => {} } = {}) {
    this.dom = new JSDOM(`<!DOCTYPE html><html lang="zh-CN"><body>${body}</body></html>`, {
      url: "https://school.example/desk/",
      runScripts: "outside-only",
      pretendToBeVisual: true,
    });
    this.window = this.dom.window;
    this.document = this.window.document;
    this.document.cookie = cookie;
    this.clock = new Clock();
    this.requests = [];
    this.answers = answers;
    this.submitted = [];
    const { HTMLElement, HTMLFormElement, Element } = this.window;
    // What jsdom leaves out because it lays nothing out.
    Element.prototype.scrollIntoView = () => {};
    Object.defineProperty(HTMLElement.prototype, "offsetParent", { get() { return this.parentElement; } });
    HTMLFormElement.prototype.submit = () => {};
    this.window.CSS = { escape: (text) => text.replace(/[^\w-]/g, (sign) => `\\${sign}`) };
    this.window.setTimeout = this.clock.set;
    this.window.clearTimeout = this.clock.clear;
    this.window.fetch = this.fetch;
    this.window.matchMedia = () => ({ matches: false });
    before(this.document);
    this.window.eval(source(script));
    // jsdom cannot navigate: what would have been sent is noted instead.
    this.document.addEventListener("submit", (event) => {
      if (!event.defaultPrevented) this.submitted.push(event.target.id);
      event.preventDefault();
    });
  }

  fetch = async (url, request) => {
    this.requests.push({ url, ...request });
    const givenUp = new Promise((done) => request?.signal?.addEventListener("abort", () => done(new Error("given up"))));
    const answer = await Promise.race([this.answers.length ? this.answers.shift() : new Error("nobody answers"), givenUp]);
    if (answer instanceof Error) throw answer;
    return answer;
  };

  one = (selector) => {
    const found = this.document.querySelector(selector);
    assert.ok(found, `${selector} is on the page`);
    return found;
  };

  text = (selector) => this.one(selector).textContent.trim();

  // Promises that are under way come to their end.
  settle = () => new Promise((done) => setImmediate(done));

  async pass(milliseconds) {
    const end = this.clock.now + milliseconds;
    for (;;) {
      const [id, next] = [...this.clock.waiting].sort(([, a], [, b]) => a.at - b.at)[0] ?? [];
      if (!next || next.at > end) break;
      this.clock.now = next.at;
      this.clock.waiting.delete(id);
      next.act();
      await this.settle();
    }
    this.clock.now = end;
    await this.settle();
  }

  fire(target, name, { detail, ...values } = {}) {
    const { CustomEvent, Event } = this.window;
    const event = detail === undefined ? new Event(name, { bubbles: true, cancelable: true }) : new CustomEvent(name, { bubbles: true, cancelable: true, detail });
    Object.entries(values).forEach(([key, value]) => Object.defineProperty(event, key, { value }));
    target.dispatchEvent(event);
    return event;
  }

  type(selector, text) {
    const field = this.one(selector);
    field.value = text;
    this.fire(field, "input");
    return field;
  }

  key(target, key, values = {}) {
    const event = new this.window.KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...values });
    target.dispatchEvent(event);
    return event;
  }

  // Whether leaving the page asks first.
  asksBeforeLeaving = () => this.fire(this.window, "beforeunload").defaultPrevented;
}

export const json = (value, status = 200) =>
  new Response(JSON.stringify(value), { status, headers: { "Content-Type": "application/json" } });
