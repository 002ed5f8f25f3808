// What is typed into a form with data-draft saves itself on the server as a draft; nothing is kept in the browser.
// Without this script the forms work as before. What the server answers: records/desk/views/drafts.py.
(() => {
  "use strict";

  const WAIT = 2000; // after the last key
  const LONGEST = 30000; // for an answer, and between two tries
  const SKIPPED = new Set(["csrfmiddlewaretoken", "press", "next", "action"]);
  // By key: the panel may show the same form again, and what could not be saved outlives a closed panel.
  const states = new Map();

  const newPage = () =>
    Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");

  // Signing in again changes the token: the cookie always holds the present one.
  const token = () => (document.cookie.match(/(?:^|; )csrftoken=([^;]+)/) || [])[1] || "";

  function read(form) {
    const content = {};
    new FormData(form).forEach((value, name) => {
      if (typeof value !== "string" || SKIPPED.has(name)) return;
      (content[name] = content[name] || []).push(value);
    });
    return content;
  }

  // The version, the form's own key and waved-aside reminders are no words of the person.
  const WORDLESS = new Set(["version", "submission", "known"]);
  const typed = (content) => JSON.stringify(Object.entries(content).filter(([name]) => !WORDLESS.has(name)));

  // --- What the page says about it
  function tell(state, text, { warn = false, link = null, parts = [] } = {}) {
    const line = state.form && state.form.querySelector("[data-draft-state]");
    if (!line) return;
    const words = document.createElement("span");
    words.textContent = text;
    line.replaceChildren(words);
    if (link) {
      const anchor = document.createElement("a");
      anchor.href = link.href;
      anchor.target = "_blank";
      anchor.rel = "noopener";
      anchor.textContent = link.text;
      line.append(anchor);
    }
    line.append(...parts);
    if (warn) line.dataset.tone = "warn";
    else delete line.dataset.tone;
  }

  // What the words give reason for (templates/desk/_danger_hint.html): told to the writer, sent to nobody.
  function hint(state, level) {
    const box = state.form && state.form.querySelector("[data-danger-hint]");
    if (!box) return;
    box.hidden = !level;
    box.dataset.level = level || "";
  }

  function button(text, act) {
    const element = document.createElement("button");
    element.type = "button";
    element.className = "btn btn-sm btn-outline-secondary";
    element.textContent = text;
    element.addEventListener("click", act);
    return element;
  }

  // --- Left without saving: the draft stays, which is said where one goes on, with a button that drops it
  const KEPT = "没有保存，写下的内容已留作草稿，再打开就能接着写。";
  const UNKEPT = "没有保存，也还没有存成草稿。文字还在本页，连上以后再打开就能接着写。";
  const LEFT = "draft:left";
  const PATIENCE = 3000; // for the last save before a page is left
  const keeps = (state) => !state.sent && !state.done && (state.restored || typed(state.content) !== state.began);

  function dropButton(drop) {
    const form = document.createElement("form");
    form.method = "post";
    form.action = drop;
    const fields = { csrfmiddlewaretoken: token(), next: window.location.pathname + window.location.search };
    Object.entries(fields).forEach(([name, value]) => {
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name, value });
      form.append(field);
    });
    const drops = button("不保留", () => {});
    drops.type = "submit";
    form.append(drops);
    return form;
  }

  function tellLeft(text, drop) {
    const part = drop ? dropButton(drop) : null;
    document.dispatchEvent(new CustomEvent("page:tell", { detail: { text, part } }));
  }

  const pause = (time) => new Promise((done) => setTimeout(done, time));

  async function saveSoon(state) {
    const isOver = () => typed(state.content) === state.saved || state.trouble || state.held;
    const saving = async () => {
      for (let at = 0; at < PATIENCE && !isOver(); at += 100) {
        await save(state);
        if (state.busy) await pause(100);
      }
    };
    await Promise.race([saving(), pause(PATIENCE)]);
  }

  document.addEventListener(LEFT, async (event) => {
    const state = find(event.target);
    if (!state) return;
    changed(state);
    if (!keeps(state)) return;
    await saveSoon(state);
    const isKept = typed(state.content) === state.saved;
    tellLeft(isKept ? KEPT : UNKEPT, isKept ? state.drop : "");
  });

  // The form in which words would be left with the page.
  const ofPage = () =>
    [...states.values()].find((state) => {
      if (state.form.isConnected) changed(state);
      return state.form.isConnected && keeps(state);
    });

  // A page is gone before the answer of its last save is there: the next one tells. Only the draft's address is noted.
  function noteLeft() {
    const state = ofPage();
    try {
      if (state) sessionStorage.setItem(LEFT, JSON.stringify({ key: state.key, drop: state.drop || "", at: Date.now() }));
    } catch {
      // A browser that keeps nothing: the draft stands in the list of drafts all the same.
    }
  }

  function tellNoted() {
    try {
      const noted = JSON.parse(sessionStorage.getItem(LEFT) || "null");
      sessionStorage.removeItem(LEFT);
      // Another person may sign in at this computer: the word is for the page that follows at once.
      if (noted && Date.now() - noted.at < 10000 && !states.has(noted.key)) tellLeft(KEPT, noted.drop);
    } catch {
      // As above.
    }
  }

  document.addEventListener("click", async (event) => {
    const link = event.target.closest && event.target.closest("a[href]:not([target], [download], [hx-get], [href^='#'])");
    if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const state = link.origin === window.location.origin && ofPage();
    if (!state || typed(state.content) === state.saved || state.trouble) return;
    // 取消, 返回 or any other link: what was typed a moment ago is saved first.
    event.preventDefault();
    await saveSoon(state);
    window.location.assign(link.href);
  });

  // --- Saving
  function changed(state) {
    if (state.form && state.form.isConnected) state.content = read(state.form);
    return typed(state.content) !== state.saved;
  }

  function plan(state, wait) {
    clearTimeout(state.timer);
    state.timer = setTimeout(() => save(state), wait);
  }

  // One box says that the session is over: beside the buttons, or at the top of the panel. The line stays empty then.
  const isTold = ({ form }) =>
    Boolean(form.querySelector("[data-send-state]") || (form.closest("dialog[open]") && document.querySelector(".panel-feedback .notice")));

  function retry(state) {
    state.pause = Math.min(LONGEST, (state.pause || WAIT / 2) * 2);
    plan(state, state.pause);
  }

  async function save(state, { leaving = false } = {}) {
    clearTimeout(state.timer);
    if (state.sent || state.held || !changed(state)) return;
    if (state.busy && !leaving) {
      state.again = true;
      return;
    }
    state.busy = true;
    const content = state.content;
    const words = typed(content);
    const body = JSON.stringify({
      key: state.key,
      user: state.user,
      stamp: `${state.page}.${++state.count}`,
      seen: state.seen,
      content,
    });
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), LONGEST);
    try {
      const answer = await fetch(state.url, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": token() },
        body,
        credentials: "same-origin",
        redirect: "manual",
        // The browser sends it even when the page is gone; it takes no more than 64 KB so.
        keepalive: body.length < 20000,
        signal: patience.signal,
      });
      await heard(state, answer, words);
    } catch {
      if (!leaving) {
        state.trouble = true;
        tell(state, "连不上服务器，文字还在本页，恢复后自动保存。", { warn: true });
        retry(state);
      }
    } finally {
      clearTimeout(timer);
      state.busy = false;
      if (state.again) {
        state.again = false;
        plan(state, 0);
      }
    }
  }

  async function heard(state, answer, words) {
    const isJson = (answer.headers.get("Content-Type") || "").startsWith("application/json");
    if (answer.type === "opaqueredirect" || answer.status === 401 || (answer.status === 403 && !isJson)) {
      state.trouble = true;
      if (isTold(state)) tell(state, "");
      else tell(state, "登录已过期，请在新窗口登录，文字不会丢。", { warn: true, link: { href: "/", text: "去登录" } });
      retry(state);
      return;
    }
    if (!isJson) {
      state.trouble = true;
      tell(state, "服务器没有存上，文字还在本页，稍后自动再试。", { warn: true });
      retry(state);
      return;
    }
    const told = await answer.json();
    if (answer.ok) {
      if (state.trouble) refreshTokens();
      state.trouble = false;
      state.pause = 0;
      state.saved = words;
      state.seen = told.stamp;
      state.drop = told.drop;
      tell(state, `草稿已保存 ${told.at}`);
      hint(state, told.danger);
    } else if (answer.status === 409) {
      state.held = true;
      state.trouble = true;
      tell(state, told.message, {
        warn: true,
        parts: [other(state, told.content, told.day), ...choice(state, told)],
      });
    } else if (answer.status === 410) {
      state.saved = words; // The form itself arrived meanwhile.
    } else {
      // No use in trying again before something changes.
      state.trouble = true;
      state.refused = words;
      tell(state, told.message || "草稿没有存上，文字还在本页。", { warn: true });
    }
  }

  // --- Another window wrote this draft: both texts are shown, the person chooses
  function other(state, content, day) {
    const list = document.createElement("dl");
    list.className = "draft-other";
    list.tabIndex = 0;
    list.setAttribute("aria-label", `那边的文字，${day}`);
    const mine = state.content;
    Object.entries(content).forEach(([name, values]) => {
      const fields = state.form.querySelectorAll(`textarea[name="${CSS.escape(name)}"], input[type=text][name="${CSS.escape(name)}"]`);
      if (!fields.length || JSON.stringify(values) === JSON.stringify(mine[name])) return;
      const label = state.form.querySelector(`label[for="${CSS.escape(fields[0].id)}"]`);
      const term = document.createElement("dt");
      term.textContent = `那边的${label ? label.textContent.trim().replace(/（.*/, "") : "文字"}（${day}）`;
      const text = document.createElement("dd");
      text.textContent = values.join("、") || "（空）";
      list.append(term, text);
    });
    if (!list.children.length) list.hidden = true;
    return list;
  }

  function choice(state, told) {
    const settle = () => {
      state.held = false;
      state.trouble = false;
      state.seen = told.stamp;
    };
    return [
      button("用本页的", () => {
        settle();
        tell(state, "");
        save(state);
      }),
      button("用那边的", () => {
        settle();
        fill(state.form, told.content);
        state.content = read(state.form);
        state.saved = typed(state.content);
        tell(state, "已换成那边的文字。");
      }),
    ];
  }

  function fill(form, content) {
    [...form.elements].forEach((field) => {
      const { name, type } = field;
      if (!name || SKIPPED.has(name) || name === "version" || type === "submit" || type === "button") return;
      const values = content[name] || [];
      if (type === "checkbox" || type === "radio") field.checked = values.includes(field.value);
      else if (values.length) field.value = values[0];
    });
  }

  // --- Forms come with the page, and into the panel
  // Whether somebody began to type before this script was there. What the browser puts back has not the focus.
  function isBegun(form) {
    const field = document.activeElement;
    return form.contains(field) && "defaultValue" in field && field.value !== field.defaultValue;
  }

  function attach(form) {
    const { draft: key, draftUrl: url, draftUser: user, draftSeen: seen = "", draftDirty } = form.dataset;
    const known = states.get(key);
    const state = known || { key, page: newPage(), count: 0, saved: "", pause: 0 };
    Object.assign(state, { form, url, user, sent: false, held: false });
    // What this page wrote itself it has seen, whenever the form was made.
    if (!known || seen.split(".")[0] !== state.page) state.seen = seen;
    const before = state.content;
    const unsaved = known && !known.done && before && typed(before) !== state.saved;
    state.done = false;
    state.content = read(form);
    state.began = typed(state.content);
    const drops = form.querySelector("[data-draft-drop]");
    state.restored = Boolean(drops);
    if (drops) state.drop = drops.getAttribute("formaction");
    if (draftDirty === undefined) state.saved = typed(state.content);
    if (unsaved && draftDirty === undefined) {
      // The panel was closed before the words could be saved: they are still here.
      fill(form, before);
      tell(state, "已放回还没有存上的文字。");
      plan(state, 0);
    } else if (draftDirty !== undefined) {
      plan(state, 0);
    } else if (isBegun(form)) {
      state.saved = state.began = "";
      plan(state, WAIT);
    }
    states.set(key, state);
  }

  const find = (element) => {
    const form = element && element.closest && element.closest("form[data-draft]");
    return form ? states.get(form.dataset.draft) : undefined;
  };

  const attachAll = (root) => root.querySelectorAll("form[data-draft]").forEach(attach);
  attachAll(document);
  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target && event.detail.target.querySelectorAll) attachAll(event.detail.target);
  });

  ["input", "change"].forEach((name) =>
    document.addEventListener(name, (event) => {
      const state = find(event.target);
      if (state && changed(state) && typed(state.content) !== state.refused) {
        state.refused = undefined;
        plan(state, state.trouble && state.pause ? state.pause : WAIT);
      }
    }),
  );
  document.addEventListener("focusout", (event) => {
    const state = find(event.target);
    if (state && !state.trouble) save(state);
  });

  const each = (act) => states.forEach(act);
  const leaving = () => each((state) => save(state, { leaving: true }));
  window.addEventListener("pagehide", () => {
    leaving();
    noteLeft();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") leaving();
    else each((state) => state.trouble && save(state));
  });
  ["online", "focus"].forEach((name) =>
    window.addEventListener(name, () => each((state) => state.trouble && save(state))),
  );
  window.addEventListener("offline", () => each((state) => changed(state) && save(state)));
  window.addEventListener("beforeunload", (event) => {
    // Only while words are in danger: otherwise closing costs nothing.
    if ([...states.values()].some((state) => state.trouble && !state.sent && changed(state))) event.preventDefault();
  });

  // --- Sending the form itself: its draft goes with it
  function refreshTokens() {
    document.querySelectorAll("input[name=csrfmiddlewaretoken]").forEach((field) => {
      if (token()) field.value = token();
    });
  }

  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      const field = form.querySelector("input[name=csrfmiddlewaretoken]");
      if (field && token() && (form.getAttribute("method") || "").toLowerCase() === "post") field.value = token();
      const state = find(form);
      if (state) {
        clearTimeout(state.timer);
        state.sent = true;
      }
    },
    true,
  );
  document.body.addEventListener("htmx:configRequest", (event) => {
    const { headers, parameters, verb } = event.detail;
    if (verb === "get" || !token()) return;
    headers["X-CSRFToken"] = token();
    if (parameters.csrfmiddlewaretoken) parameters.csrfmiddlewaretoken = token();
    const state = find(event.detail.elt);
    if (state) {
      clearTimeout(state.timer);
      state.sent = true;
    }
  });
  document.body.addEventListener("htmx:afterRequest", (event) => {
    const state = find(event.detail.elt) || [...states.values()].find((one) => one.form === event.detail.elt.form);
    if (!state || event.detail.requestConfig.verb === "get") return;
    const { status } = event.detail.xhr;
    if (event.detail.successful && status < 400) {
      state.done = true; // Saved, or dropped: nothing is left to keep.
      state.saved = typed(state.content);
      return;
    }
    state.sent = false;
    if (status === 401 && isTold(state)) tell(state, "");
    if (status !== 422) plan(state, WAIT);
  });
  document.addEventListener("send:stayed", (event) => {
    const state = find(event.target);
    if (!state) return;
    state.sent = false;
    tell(state, "");
    plan(state, WAIT);
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) each((state) => (state.sent = false));
  });
  tellNoted();
})();
