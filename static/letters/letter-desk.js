// The letter desk: checks and the printed sheet follow the typing, the keyboard goes on to the next pupil.
// Everything here is also reachable by plain buttons and links; what is typed is kept by drafts.js.
(() => {
  "use strict";

  const form = document.querySelector("form[data-letter-desk]");
  const steps = { next: document.querySelector("[data-step=next]"), prev: document.querySelector("[data-step=prev]") };
  const isPhone = window.matchMedia("(max-width: 1023.98px)").matches;

  if (isPhone) document.querySelectorAll("details[data-fold-on-phone]").forEach((fold) => fold.removeAttribute("open"));

  // --- The keyboard: Alt with an arrow, or Ctrl+Enter, keeps what is there and goes on
  const field = (name) => form && form.querySelector(`textarea[name=${name}]`);
  const both = (what) => ["body", "advice"].map((name) => (field(name) ? field(name)[what] : "")).join("\u0000");
  // Not what stands there now: somebody may have typed before this script was there.
  const isChanged = () => both("value") !== both("defaultValue");

  function go(side) {
    const button = form && form.querySelector(`[data-save=${side}]`);
    if (button && isChanged() && field("body").value.trim()) form.requestSubmit(button);
    else if (steps[side]) steps[side].click();
  }

  document.addEventListener("keydown", (event) => {
    if (event.altKey && !event.ctrlKey && !event.metaKey && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      go(event.key === "ArrowDown" ? "next" : "prev");
    } else if (event.ctrlKey && event.key === "Enter") {
      event.preventDefault();
      go("next");
    }
  });

  const current = document.querySelector(".letter-list [aria-current]");
  if (current) {
    const list = current.closest("ol");
    const item = current.parentElement;
    list.scrollTop = item.offsetTop - list.offsetTop - list.clientHeight / 2;
    list.scrollLeft = item.offsetLeft - list.offsetLeft - list.clientWidth / 2 + item.clientWidth / 2;
  }
  if (!form) return;
  const body = field("body");
  // On a phone the keyboard would cover the page before one has seen it.
  const isBegun = form.contains(document.activeElement);
  if (body && !isPhone && !isBegun && !form.querySelector("[data-asks]")) body.focus({ preventScroll: true });

  // --- Prompts: one at a time
  const prompts = form.querySelector("[data-prompts]");
  if (prompts) {
    const lines = [...prompts.querySelectorAll("li")];
    const another = prompts.querySelector("[data-prompt-next]");
    let shown = 0;
    another.hidden = false;
    another.addEventListener("click", () => {
      lines[shown].hidden = true;
      shown = (shown + 1) % lines.length;
      lines[shown].hidden = false;
    });
  }

  // --- Asking the server about the text
  function asker(url, marker, use) {
    let running = null;
    return async () => {
      if (running) running.abort();
      running = new AbortController();
      const data = new FormData();
      ["csrfmiddlewaretoken", "body", "advice", "known"].forEach((name) => {
        const input = form.elements.namedItem(name);
        if (input) data.set(name, input.value);
      });
      try {
        const answer = await fetch(url, { method: "POST", body: data, signal: running.signal, credentials: "same-origin" });
        const text = await answer.text();
        const holder = document.createElement("template");
        holder.innerHTML = text;
        const root = holder.content.querySelector(marker);
        // Anything else is the sign-in page, or an error: drafts.js tells about those.
        if (answer.ok && root) use(root);
      } catch {
        // Offline or overtaken by the next key: the old answer stays.
      }
    };
  }

  function later(act, wait) {
    let timer = 0;
    return () => {
      clearTimeout(timer);
      timer = setTimeout(act, wait);
    };
  }

  // --- Checks: what was waved aside goes with the form, as keys without words, and is kept on the server
  const known = form.elements.namedItem("known");

  const check = asker(form.dataset.check, "[data-findings]", (root) => {
    document.getElementById("findings").replaceWith(root);
  });
  const checkLater = later(check, 1200);

  function wave(item) {
    const { key } = item.dataset;
    if (known) known.value = `${known.value} ${key}`.trim();
    const data = new FormData();
    data.set("csrfmiddlewaretoken", form.elements.namedItem("csrfmiddlewaretoken").value);
    data.set("known", key);
    // Offline the form itself carries it.
    fetch(form.dataset.wave, { method: "POST", body: data, credentials: "same-origin", keepalive: true }).catch(() => {});
    const root = item.closest("[data-findings]");
    root.querySelectorAll(`[data-key="${CSS.escape(key)}"]`).forEach((same) => same.remove());
    const left = root.querySelectorAll(".finding").length;
    if (left) root.querySelector("h3").firstChild.textContent = `${left} 处请再看一看`;
    else root.replaceChildren();
    (root.querySelector("button") || body).focus();
  }

  form.addEventListener("click", (event) => {
    const jump = event.target.closest("[data-jump]");
    const know = event.target.closest("[data-know]");
    if (jump) {
      const target = field(jump.dataset.jump);
      if (!target) return;
      target.focus();
      target.setSelectionRange(Number(jump.dataset.start), Number(jump.dataset.end));
      target.scrollIntoView({ block: "center" });
    } else if (know) {
      wave(know.closest(".finding"));
    } else if (event.target.closest("[data-check-now]")) {
      event.preventDefault();
      check();
    }
  });

  // --- The sheet, in a shadow tree of its own: the paper's style sheet must not meet the page's
  const box = document.querySelector("[data-preview-box]");
  const paper = document.querySelector("[data-preview-paper]");
  const fit = document.querySelector("[data-preview-fit]");
  const tree = box && paper && paper.attachShadow ? paper.attachShadow({ mode: "open" }) : null;
  const sheet = document.createElement("div");
  sheet.className = "paper";

  function styled(href) {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = href;
    return link;
  }

  if (tree) {
    tree.append(styled(box.dataset.css), sheet);
    box.hidden = false;
  }

  // How the school's letters look comes with the first answer; its words wait for the style sheets.
  let dressed = null;
  function dress({ design, css, drawing }) {
    const links = css.split(" ").map(styled);
    tree.prepend(...links);
    sheet.classList.add(`paper-${design}`);
    sheet.style.backgroundImage = `url("${drawing}")`;
    return Promise.all(links.map((link) => new Promise((done) => { link.onload = link.onerror = done; })));
  }

  const preview = asker(form.dataset.preview, "[data-sheet]", async (root) => {
    const fits = root.dataset.fits === "1";
    dressed = dressed || dress(root.dataset);
    await dressed;
    sheet.classList.toggle("is-over", !fits);
    sheet.replaceChildren(...root.childNodes);
    fit.textContent = fits ? "一页" : "超出一页";
    fit.classList.toggle("is-over", !fits);
  });
  const previewLater = later(preview, 500);

  // --- The PDF takes the text of this moment along
  const pdf = document.querySelector("form[data-pdf]");
  if (pdf) {
    // In the capture phase: before app.js looks at the form.
    pdf.addEventListener("submit", () => {
      ["body", "advice"].forEach((name) => {
        if (field(name)) pdf.elements.namedItem(name).value = field(name).value;
      });
    }, true);
  }

  form.addEventListener("input", () => {
    checkLater();
    if (tree) previewLater();
  });
  const question = form.querySelector("[data-asks]");
  // A question stays until it is answered, or the text changes.
  if (question) question.focus();
  else if (body && body.value.trim()) check();
  if (tree) preview();
})();
