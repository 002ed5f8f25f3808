// A form that keeps drafts is sent by script, so that it stays until the answer is there: without a network, with a slow
// server or after the session has ended its words are still on the page. Inside the panel htmx does the same.
(() => {
  "use strict";

  const LONGEST = 30000;
  const token = () => (document.cookie.match(/(?:^|; )csrftoken=([^;]+)/) || [])[1] || "";

  // --- One box beside the buttons
  function told(form) {
    return form.querySelector("[data-send-state]");
  }

  function tell(form, submitter, text, link) {
    const box = told(form) || document.createElement("div");
    box.className = "notice notice-warning";
    box.dataset.sendState = "";
    box.setAttribute("role", "alert");
    const words = document.createElement("div");
    words.className = "notice-text";
    words.textContent = text;
    if (link) {
      const anchor = document.createElement("a");
      anchor.href = "/";
      anchor.target = "_blank";
      anchor.rel = "noopener";
      anchor.textContent = link;
      words.append(" ", anchor);
    }
    const again = document.createElement("button");
    again.type = "button";
    again.className = "btn btn-sm btn-outline-secondary";
    again.textContent = "再试一次";
    again.addEventListener("click", () => form.requestSubmit(submitter || undefined));
    box.replaceChildren(words, again);
    const button = submitter || form.querySelector("button:not([type=button])");
    const bar = button.closest(".action-bar") || button;
    bar.before(box);
    box.scrollIntoView({ block: "center" });
  }

  // --- Sending
  function hold(form, held) {
    form.querySelectorAll("button:not([type=button])").forEach((button) => {
      button.disabled = held;
      if (held) button.setAttribute("aria-busy", "true");
      else button.removeAttribute("aria-busy");
    });
  }

  // As the browser does it: the page that comes stands in place of this one. What was done already is not done again.
  function sendPlainly(form, submitter) {
    if (submitter && submitter.name) {
      const pressed = document.createElement("input");
      pressed.type = "hidden";
      pressed.name = submitter.name;
      pressed.value = submitter.value;
      form.append(pressed);
    }
    if (submitter && submitter.hasAttribute("formaction")) form.setAttribute("action", submitter.getAttribute("formaction"));
    HTMLFormElement.prototype.submit.call(form);
  }

  async function send(form, submitter) {
    const data = new FormData(form);
    if (submitter && submitter.name) data.append(submitter.name, submitter.value);
    const address = (submitter && submitter.getAttribute("formaction")) || form.getAttribute("action") || window.location.href;
    const running = new AbortController();
    const timer = setTimeout(() => running.abort(), LONGEST);
    form.dataset.sending = "";
    hold(form, true);
    if (told(form)) told(form).remove();
    try {
      const answer = await fetch(address, {
        method: "POST",
        headers: { "X-Stay": "1", "X-CSRFToken": token() },
        body: data,
        credentials: "same-origin",
        signal: running.signal,
      });
      const next = answer.headers.get("X-Location");
      if (answer.status === 204 && next) {
        window.location.assign(next);
        return; // The form stays held: its page is about to go.
      }
      if (answer.ok || answer.status === 409 || answer.status === 422) {
        sendPlainly(form, submitter);
        return;
      }
      if (answer.status === 401 || answer.status === 403) stay(form, submitter, "登录已过期，内容已保留在本页。请在新窗口登录，再回来试一次。", "去登录");
      else stay(form, submitter, "服务器没有存上，内容已保留在本页。请稍后再试一次。");
    } catch {
      stay(form, submitter, running.signal.aborted ? "服务器很久没有回应，内容已保留在本页。" : "没有网络，内容已保留在本页。");
    } finally {
      clearTimeout(timer);
    }
  }

  function stay(form, submitter, text, link) {
    delete form.dataset.sending;
    hold(form, false);
    tell(form, submitter, text, link);
    // drafts.js keeps the words on the server as soon as it can.
    form.dispatchEvent(new CustomEvent("send:stayed", { bubbles: true }));
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const { submitter } = event;
    if (event.defaultPrevented || !form.matches("form[data-draft]") || form.hasAttribute("hx-post")) return;
    if (submitter && (submitter.hasAttribute("hx-post") || submitter.getAttribute("formtarget"))) return;
    event.preventDefault();
    if (form.dataset.sending === undefined) send(form, submitter);
  });
})();
