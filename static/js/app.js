// Small moves of every page: the side panel, failed requests, double clicks, menus. Pages work without it.
(() => {
  "use strict";

  const KEPT = "您写的内容还在本页，没有丢失。";
  const panel = document.getElementById("panel");
  const dialog = document.getElementById("panel-dialog");
  let opener = null;

  // --- One place to tell what went wrong: inside the panel while it is open, since the page behind it is inert.
  const feedbackBox = () =>
    (dialog && dialog.open ? dialog.querySelector(".panel-feedback") : document.getElementById("feedback"));

  function tell(text, link, part) {
    const box = feedbackBox();
    if (!box) return;
    const notice = document.createElement("div");
    notice.className = "notice notice-warning";
    const words = document.createElement("div");
    words.className = "notice-text";
    words.textContent = text;
    if (link) {
      const anchor = document.createElement("a");
      anchor.href = link.href;
      anchor.target = "_blank";
      anchor.rel = "noopener";
      anchor.textContent = link.text;
      words.append(" ", anchor);
    }
    const close = document.createElement("button");
    close.type = "button";
    close.className = "btn btn-sm btn-outline-secondary";
    close.dataset.dismiss = "";
    close.textContent = "知道了";
    notice.append(words, ...(part ? [part] : []), close);
    box.replaceChildren(notice);
    if (dialog && dialog.open) dialog.scrollTop = 0;
  }

  // Other scripts tell at the same place.
  document.addEventListener("page:tell", (event) => tell(event.detail.text, null, event.detail.part));

  function clearFeedback() {
    document.querySelectorAll("#feedback, .panel-feedback").forEach((box) => box.replaceChildren());
  }

  // --- Side panel: a place of its own in the browser's history, so that Back closes it and does not leave the page.
  const atPanel = (state) => Boolean(state && state.panel);
  let stepping = false; // our own way back, after the panel was closed
  let warned = false;

  function openPanel() {
    if (!dialog || dialog.open) return;
    opener = document.activeElement;
    warned = false;
    history.pushState({ panel: true }, "");
    if (dialog.showModal) dialog.showModal();
    else dialog.setAttribute("open", "");
  }

  function closePanel() {
    if (!dialog || !dialog.open) return;
    if (dialog.close) dialog.close();
    else dialog.removeAttribute("open");
  }

  if (dialog) {
    dialog.addEventListener("close", () => {
      if (atPanel(history.state)) {
        stepping = true;
        history.back();
      }
      // What was typed stays as a draft, whichever way the panel was left: drafts.js says so.
      const left = panel.querySelector("form[data-draft]");
      if (left) left.dispatchEvent(new CustomEvent("draft:left", { bubbles: true }));
      panel.replaceChildren();
      clearFeedback();
      // The tick that was tapped may have been replaced by its turned self: same id, new element.
      const back = opener && (opener.isConnected ? opener : opener.id && document.getElementById(opener.id));
      const target = back || document.getElementById("main");
      if (target && !target.matches("a, button, input, select, textarea, summary, [tabindex]")) {
        target.setAttribute("tabindex", "-1");
      }
      if (target) target.focus({ preventScroll: true });
      opener = null;
    });
    dialog.addEventListener("click", (event) => {
      if (event.target.closest("[data-panel-close]")) {
        event.preventDefault();
        closePanel();
      }
    });
    // Leaving by Escape or beside the panel must not throw away what was typed.
    dialog.addEventListener("cancel", (event) => {
      if (dialog.querySelector("form[data-changed]")) {
        event.preventDefault();
        tell("您写的内容还没有保存。请先保存，或点右上角的叉关闭。");
      }
    });
    dialog.addEventListener("input", (event) => {
      if (event.target.form) event.target.form.dataset.changed = "";
    });
    document.body.addEventListener("panel:close", closePanel);
    // Before htmx, which would load the page anew.
    const onPop = (event) => {
      const isOwn = stepping;
      if (isOwn || (dialog.open && !atPanel(event.state))) event.stopImmediatePropagation();
      stepping = false;
      if (!dialog.open || atPanel(event.state)) return;
      if (isOwn) {
        // The next panel was opened before our own step back arrived: it stays.
        history.pushState({ panel: true }, "");
        return;
      }
      // Words that no draft keeps are asked about once.
      if (!warned && dialog.querySelector("form[data-changed]:not([data-draft])")) {
        warned = true;
        history.pushState({ panel: true }, "");
        tell("您写的内容还没有保存。请先保存；再按一次返回，就不保存了。");
      } else closePanel();
    };
    window.addEventListener("popstate", onPop, true);
    // Whoever comes back to a page whose panel is gone stands before it.
    if (atPanel(history.state)) {
      stepping = true;
      history.back();
    }
  }

  function focusIn(root) {
    const target =
      root.querySelector("[data-form-errors]") ||
      root.querySelector(".is-invalid, [aria-invalid=true]") ||
      root.querySelector("[autofocus]") ||
      root.querySelector("#panel-title");
    if (target) target.focus();
  }

  // --- A refused form: what is wrong stands at its top (templates/components/form_errors.html) and leads to the fields.
  const refused = document.querySelector("main [data-form-errors]");
  if (refused) refused.focus();
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-form-errors] a");
    const place = link && document.getElementById(link.hash.slice(1));
    if (!place) return;
    event.preventDefault();
    for (let fold = place.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    const field = place.matches("input, select, textarea") ? place : place.querySelector("input, select, textarea");
    (field || place).focus({ preventScroll: true });
    place.scrollIntoView({ block: "center" });
  });

  // --- htmx: what came back, and what did not
  const isPage = (text) => /^\s*<!doctype html/i.test(text);

  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, target } = event.detail;
    const text = event.detail.serverResponse || "";
    const { elt } = event.detail.requestConfig || {};
    // A part is taken out of the page that came: nothing is left.
    if (isPage(text) && xhr.status < 400 && elt && elt.closest("[hx-select]")) return;
    if (isPage(text)) {
      event.detail.shouldSwap = false;
      if (text.includes("data-sign-in-page")) {
        tell(`登录已经过期。${KEPT}请在新窗口登录，再回来点一次保存。`, { href: "/", text: "去登录" });
      } else if (xhr.status < 400) {
        // A view without a fragment: show its page as a page, in the place of the panel if that is open.
        if (atPanel(history.state)) window.location.replace(xhr.responseURL);
        else window.location.assign(xhr.responseURL);
      } else if (xhr.status === 409 || xhr.status === 422) {
        tell(`没有保存成功。${KEPT}请检查后再试一次。`);
      }
      return;
    }
    if (xhr.status === 409 && text.includes("data-domain-error")) {
      // A refusal is shown beside the form instead of in its place, so that the typed text stays.
      event.detail.target = feedbackBox() || target;
      event.detail.swapOverride = "innerHTML";
    }
  });

  document.body.addEventListener("htmx:afterSwap", (event) => {
    const { target } = event.detail;
    if (target === panel) {
      if (panel.textContent.trim() || panel.querySelector("input, img, svg")) {
        openPanel();
        focusIn(panel);
      } else {
        closePanel(); // An empty answer means: done.
      }
    } else if (target && target.querySelector && target.querySelector(".is-invalid")) {
      focusIn(target);
    }
  });

  document.body.addEventListener("htmx:sendError", () => {
    tell(`网络连不上。${KEPT}请检查网络，再点一次保存。`);
  });
  document.body.addEventListener("htmx:timeout", () => {
    tell(`服务器很久没有回应。${KEPT}请稍等片刻，再点一次保存。`);
  });
  document.body.addEventListener("htmx:responseError", (event) => {
    const { status } = event.detail.xhr;
    if (status === 401) tell(`登录已经过期。${KEPT}请在新窗口登录，再回来点一次保存。`, { href: "/", text: "去登录" });
    else if (status === 403) tell(`这一步没有通过，可能是页面放得太久，或您没有这项权限。${KEPT}`);
    else if (status === 404) tell(`要找的内容已经不在了。${KEPT}请刷新页面看看。`);
    else tell(`服务器没有完成这一步。${KEPT}请稍后再试；如果一直这样，请告诉管理员。`);
  });

  // --- Progress line and double submits
  let running = 0;
  const setLoading = (step) => {
    running = Math.max(0, running + step);
    document.body.classList.toggle("is-loading", running > 0);
  };
  const submitButtons = (form) => form.querySelectorAll("button:not([type=button]), input[type=submit]");

  function hold(form, held) {
    submitButtons(form).forEach((button) => {
      button.disabled = held;
      if (held) button.setAttribute("aria-busy", "true");
      else button.removeAttribute("aria-busy");
    });
  }

  const submitted = (event) => {
    const { elt, requestConfig } = event.detail;
    const cause = requestConfig && requestConfig.triggeringEvent;
    return elt instanceof HTMLFormElement && cause && cause.type === "submit" ? elt : null;
  };

  document.body.addEventListener("htmx:beforeRequest", (event) => {
    setLoading(1);
    const form = submitted(event);
    if (form) {
      clearFeedback();
      hold(form, true);
    }
  });
  document.body.addEventListener("htmx:afterRequest", (event) => {
    setLoading(-1);
    const form = submitted(event);
    if (form) hold(form, false);
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    // Attributes, not properties: a field called "method" or "target" would hide those.
    const told = (name) => (form.getAttribute(name) || "").toLowerCase();
    if (event.defaultPrevented || told("method") !== "post" || told("target") === "_blank") return;
    if (form.dataset.sent !== undefined) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "";
    // After the browser has read the pressed button's value.
    setTimeout(() => hold(form, true));
    // A download leaves the page in place: give the buttons back.
    if (form.dataset.download !== undefined) setTimeout(() => release(form), 3000);
  });

  function release(form) {
    delete form.dataset.sent;
    hold(form, false);
  }

  window.addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(release);
    sayDays(document);
    sayAllPicks();
  });

  // --- Searching while typing: what an input method is still putting together is not asked for
  document.addEventListener("input", (event) => {
    if (event.isComposing && event.target.closest("[data-search]")) event.stopPropagation();
  }, true);
  document.addEventListener("compositionend", (event) => {
    const field = event.target.closest && event.target.closest("[data-search]");
    if (field) field.dispatchEvent(new Event("input", { bubbles: true }));
  });

  // --- A jump to something folded unfolds it.
  function unfold() {
    const place = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (place && place.matches("details")) place.open = true;
  }
  unfold();
  window.addEventListener("hashchange", unfold);

  // --- Native fields show a day as the browser's language writes it (11/29/2026): beneath it the day in Chinese.
  const DAYS = "input[type=date], input[type=datetime-local]";
  const inChinese = ({ value }) => {
    const [, year, month, day, time] = value.match(/^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d:\d\d))?/) || [];
    if (!year) return "";
    const weekday = "日一二三四五六"[new Date(Number(year), month - 1, day).getDay()];
    return `${Number(year)}年${Number(month)}月${Number(day)}日 星期${weekday}${time ? ` ${time}` : ""}`;
  };
  function sayDays(root) {
    root.querySelectorAll(DAYS).forEach((field) => {
      let said = field.nextElementSibling;
      if (!said || !said.matches(".day-said")) {
        said = document.createElement("small");
        said.className = "day-said";
        field.after(said);
      }
      said.textContent = inChinese(field);
    });
  }
  sayDays(document);
  ["input", "change", "focusout"].forEach((name) =>
    document.addEventListener(name, (event) => {
      if (event.target.matches && event.target.matches(DAYS)) sayDays(event.target.parentElement);
    }),
  );
  document.body.addEventListener("htmx:afterSettle", () => sayDays(document));

  // --- Lists whose rows are ticked (components/pick_bar.html): how many are chosen. `data-pick-everything` stands for
  // the rows of all pages, and holds their number.
  const picks = (group) => [...group.querySelectorAll('input[type="checkbox"]:not(:disabled):not([data-pick-everything])')];
  function sayPicks(group) {
    const said = group.querySelector("[data-pick-count]");
    if (!said) return;
    const every = group.querySelector("[data-pick-everything]:checked");
    const count = every ? every.dataset.pickEverything : picks(group).filter((box) => box.checked).length;
    said.textContent = Number(count) ? `已选 ${count} ${said.dataset.unit}` : "";
  }
  const sayAllPicks = () => document.querySelectorAll("[data-pick-group]").forEach(sayPicks);
  sayAllPicks();
  document.addEventListener("change", (event) => {
    const group = event.target.closest("[data-pick-group]");
    if (group) sayPicks(group);
  });
  document.body.addEventListener("htmx:afterSettle", sayAllPicks);

  // --- Menus, notices, printing, filters
  document.addEventListener("click", (event) => {
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.removeAttribute("open");
    });
    const dismiss = event.target.closest("[data-dismiss]");
    if (dismiss) dismiss.closest(".notice").remove();
    if (event.target.closest("[data-print]")) window.print();
    // 全选: ticks all boxes of its group, or, if all are ticked, none.
    const all = event.target.closest("[data-pick-all]");
    if (all) {
      const boxes = picks(all.closest("[data-pick-group]"));
      const on = boxes.some((box) => !box.checked);
      boxes.forEach((box) => {
        if (box.checked === on) return;
        box.checked = on;
        box.dispatchEvent(new Event("change", { bubbles: true }));
      });
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      menu.removeAttribute("open");
      menu.querySelector("summary").focus();
    });
  });
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-submit-on-change]");
    if (form) form.requestSubmit();
  });

  // --- What came within the first page is fetched for the next one, which is told so: core/templatetags/sheets.py.
  const within = [...document.querySelectorAll("[data-within]")];
  if (within.length) {
    window.addEventListener("load", async () => {
      try {
        const answers = await Promise.all(within.map((part) => fetch(part.dataset.within, { priority: "low" })));
        if (!answers.every((answer) => answer.ok)) return;
        const secure = window.location.protocol === "https:" ? "; secure" : "";
        document.cookie = `sheets=${within[0].dataset.release}; path=/; max-age=31536000; samesite=lax${secure}`;
      } catch {
        // Without a line: the next page brings them along too.
      }
    });
  }
})();
