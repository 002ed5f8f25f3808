// The paper grid: typed with the keyboard alone, each row saves itself. Without this file it is one plain form.
(() => {
  "use strict";

  const entry = document.querySelector("[data-entry]");
  if (!entry) return;
  const form = entry.querySelector("[data-entry-form]");
  const LONGEST = 30000; // for an answer, and between two tries
  // Signing in again changes the token: the cookie always holds the present one.
  const token = () =>
    (document.cookie.match(/(?:^|; )csrftoken=([^;]+)/) || [])[1] || form.querySelector("[name=csrfmiddlewaretoken]").value;
  const rows = [...entry.querySelectorAll("[data-row]")];
  const options = entry.querySelector("[data-options]");
  const mentors = [...entry.querySelectorAll("[data-number]")].map((item) => ({
    item,
    number: item.dataset.number,
    names: item.dataset.names,
    initials: item.dataset.initials.trim().split(/\s+/),
  }));
  const width = Math.max(...mentors.map((m) => m.number.length));
  const cellsOf = (row) => [...row.querySelectorAll("[data-cell]")];
  const cells = rows.flatMap(cellsOf);
  if (!cells.length || cells[0].disabled) return;

  entry.querySelector("[data-plain]").hidden = true;
  entry.querySelectorAll("[data-help]").forEach((help) => { help.hidden = false; });

  // --- What is meant
  const clean = (text) => text.normalize("NFKC").trim().toLowerCase();
  const isNumber = (key) => /^\d+$/.test(key);

  function matches(key) {
    if (!key) return [];
    // "01" is how many write a number of two digits: it says at once which one is meant.
    const padded = (m) => m.number.padStart(width, "0");
    if (/^0\d*$/.test(key)) return mentors.filter((m) => padded(m).startsWith(key));
    if (isNumber(key)) return mentors.filter((m) => m.number.startsWith(key));
    const near = mentors.filter((m) => m.initials.some((i) => i.startsWith(key)) || m.names.toLowerCase().includes(key));
    // The initials of the given name alone: hm means 吴河沐 where nobody begins so.
    return near.length || key.length < 2 ? near : mentors.filter((m) => m.initials.some((i) => i.includes(key)));
  }

  function exact(key) {
    if (isNumber(key)) return mentors.find((m) => m.number === String(Number(key)));
    const full = mentors.filter((m) => m.initials.includes(key) || m.names.toLowerCase() === key);
    if (full.length === 1) return full[0];
    const near = matches(key);
    return near.length === 1 ? near[0] : undefined;
  }

  // --- A row's state
  const stored = (row) => cellsOf(row).map((cell) => cell.dataset.stored);
  const typed = (row) => cellsOf(row).map((cell) => cell.value.trim());
  const isDirty = (row) => typed(row).join("|") !== stored(row).join("|");

  function say(row, state, word) {
    row.classList.toggle("is-wrong", state === "wrong");
    row.classList.toggle("is-dirty", state === "dirty");
    row.classList.toggle("is-saving", state === "saving");
    row.classList.toggle("is-saved", state === "saved");
    row.querySelector("[data-word]").textContent = word;
  }

  const rest = (row) =>
    say(row, row.querySelector("[data-version]").value === "0" ? "" : "saved", row.dataset.source === "slip" ? "已由凭条提交" : "");

  function countDone() {
    entry.querySelector("[data-done]").textContent = rows.filter(
      (row) => row.querySelector("[data-version]").value !== "0",
    ).length;
  }

  function fill(row, answer) {
    cellsOf(row).forEach((cell, at) => {
      cell.value = cell.dataset.stored = answer.cells[at];
      cell.removeAttribute("aria-invalid");
      cell.parentElement.querySelector("[data-name]").textContent = answer.names[at];
    });
    row.querySelector("[data-version]").value = answer.version;
    row.dataset.source = answer.source;
    delete row.dataset.asked;
  }

  // A sentence when the row cannot be saved as it stands.
  function problem(row) {
    const values = typed(row);
    for (const value of values) {
      const key = clean(value);
      if (key && !exact(key)) return isNumber(key) ? `没有 ${Number(key)} 号` : `没有找到“${value}”`;
    }
    const last = values.findLastIndex((value) => value);
    if (values.slice(0, last + 1).some((value) => !value)) return "前面的志愿空着，请先填前面的";
    const numbers = values.filter(Boolean).map((value) => exact(clean(value)).number);
    if (new Set(numbers).size !== numbers.length) return "同一位导师只能选一次";
    return "";
  }

  const sending = new Set();
  const trying = new Map(); // rows that did not come through: the next try, and the pause before it
  const isLeft = (row) => !row.contains(document.activeElement);

  // What did not come through is sent again by itself, but never while somebody types in it.
  function retry(row) {
    const wait = Math.min(LONGEST, (trying.has(row) ? trying.get(row).wait : 1000) * 2);
    const next = () => {
      if (isLeft(row)) save(row);
      else trying.get(row).timer = setTimeout(next, wait);
    };
    trying.set(row, { wait, timer: setTimeout(next, wait) });
  }

  async function save(row) {
    // What is typed meanwhile is looked at when the answer is there.
    if (sending.has(row)) return;
    if (trying.has(row)) clearTimeout(trying.get(row).timer);
    if (!isDirty(row)) {
      trying.delete(row);
      rest(row);
      return;
    }
    const wrong = problem(row);
    if (wrong) {
      say(row, "wrong", wrong);
      return;
    }
    if (row.dataset.source === "slip" && row.dataset.asked !== "yes") {
      row.dataset.asked = "asking";
      say(row, "wrong", "已由凭条提交。改成纸上的请按回车，不改请按 Esc");
      return;
    }
    const sent = typed(row);
    const body = new URLSearchParams({ version: row.querySelector("[data-version]").value });
    sent.forEach((value, at) => body.set(`c${at + 1}`, value));
    say(row, "saving", "正在保存");
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), LONGEST);
    sending.add(row);
    const trouble = await send(row, sent, body, patience.signal);
    clearTimeout(timer);
    sending.delete(row);
    countDone();
    if (trouble) {
      say(row, "wrong", trouble);
      retry(row);
      return;
    }
    trying.delete(row);
    if (!row.classList.contains("is-wrong") && isDirty(row) && isLeft(row)) save(row);
  }

  // Sends the row and shows the answer; a sentence when none came that says how the row stands.
  async function send(row, sent, body, signal) {
    try {
      // HX-Request: an expired session answers 401 instead of a sign-in page.
      const response = await fetch(row.dataset.url, {
        method: "POST",
        body,
        headers: { "X-CSRFToken": token(), "HX-Request": "true" },
        signal,
      });
      if (response.status === 401) return "登录已过期，请在新窗口登录后再回来";
      if (!response.ok && response.status !== 422) return "没有保存上，稍后自动再试";
      const answer = await response.json();
      // The answer to an earlier try may have been lost on its way: then the very same stands there already.
      const isStored = response.ok || (answer.code === "changed_meanwhile" && answer.cells.join("|") === sent.join("|"));
      if (isStored && typed(row).join("|") !== sent.join("|")) {
        // Typing went on while the answer was under way: what is stored is known, what is typed stays.
        cellsOf(row).forEach((cell, at) => { cell.dataset.stored = answer.cells[at]; });
        row.querySelector("[data-version]").value = answer.version;
        row.dataset.source = answer.source;
        say(row, "dirty", "");
      } else if (isStored) {
        fill(row, answer);
        rest(row);
      } else {
        if (answer.code === "changed_meanwhile") fill(row, answer);
        say(row, "wrong", answer.error);
      }
      return "";
    } catch {
      return signal.aborted ? "服务器很久没有回应，稍后自动再试" : "网络连不上，连上后自动保存";
    }
  }

  // --- A cell
  const hideOptions = () => { options.hidden = true; };

  function showOptions(cell, found) {
    options.replaceChildren(
      ...found.slice(0, 6).map((m, at) => {
        const option = document.createElement("li");
        option.setAttribute("role", "option");
        option.classList.toggle("is-first", at === 0);
        option.textContent = `${m.number}　${m.names}`;
        option.addEventListener("mousedown", (event) => {
          event.preventDefault();
          take(cell, m);
          step(cell, 1);
        });
        return option;
      }),
    );
    // Inside of the cell, so that no position has to be reckoned (the page's policy forbids inline styles).
    cell.parentElement.append(options);
    options.hidden = found.length < 2;
  }

  function take(cell, mentor) {
    cell.value = mentor ? mentor.number : "";
    cell.parentElement.querySelector("[data-name]").textContent = mentor ? mentor.names : "";
    cell.removeAttribute("aria-invalid");
    hideOptions();
  }

  // Settles what stands in a cell; false if nobody is meant.
  function settle(cell) {
    const key = clean(cell.value);
    if (!key) {
      take(cell, null);
      return true;
    }
    const found = exact(key) || (isNumber(key) ? undefined : matches(key)[0]);
    if (found) {
      take(cell, found);
      return true;
    }
    refuse(cell, key);
    return false;
  }

  function refuse(cell, key) {
    const row = cell.closest("[data-row]");
    cell.setAttribute("aria-invalid", "true");
    cell.parentElement.querySelector("[data-name]").textContent = "";
    say(row, "wrong", isNumber(key) ? `没有 ${Number(key)} 号` : `没有找到“${cell.value.trim()}”`);
    hideOptions();
  }

  function focus(cell) {
    if (!cell) return;
    cell.focus();
    cell.select();
  }

  function step(cell, by) {
    const next = cells[cells.indexOf(cell) + by];
    if (next) focus(next);
    else cell.blur(); // The last row saves itself as well.
  }

  function stepRow(cell, by) {
    const row = cell.closest("[data-row]");
    const next = rows[rows.indexOf(row) + by];
    if (next) focus(cellsOf(next)[cellsOf(row).indexOf(cell)]);
  }

  function onInput(cell) {
    const row = cell.closest("[data-row]");
    const key = clean(cell.value);
    delete row.dataset.asked;
    cell.removeAttribute("aria-invalid");
    cell.parentElement.querySelector("[data-name]").textContent = "";
    say(row, isDirty(row) ? "dirty" : "saved", "");
    if (!key) {
      hideOptions();
      return;
    }
    const found = matches(key);
    if (!found.length) {
      // Said at once; the next key types over it.
      refuse(cell, key);
      if (isNumber(key)) cell.select();
      return;
    }
    const whole = exact(key);
    const clear = found.length === 1 && whole && (isNumber(key) || key.length > 1);
    if (clear) {
      take(cell, whole);
      step(cell, 1);
    } else {
      showOptions(cell, found);
    }
  }

  entry.addEventListener("input", (event) => {
    if (event.target.matches("[data-cell]") && !event.isComposing) onInput(event.target);
  });
  entry.addEventListener("compositionend", (event) => {
    if (event.target.matches("[data-cell]")) onInput(event.target);
  });

  const atStart = (cell) => cell.selectionStart === 0 && (cell.selectionEnd === 0 || cell.selectionEnd === cell.value.length);
  const atEnd = (cell) =>
    cell.selectionEnd === cell.value.length && (cell.selectionStart === cell.value.length || cell.selectionStart === 0);

  entry.addEventListener("keydown", (event) => {
    const cell = event.target;
    if (!cell.matches("[data-cell]") || event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    const row = cell.closest("[data-row]");
    const moves = {
      Enter: () => {
        if (row.dataset.asked === "asking") {
          row.dataset.asked = "yes";
          save(row);
          return;
        }
        if (settle(cell)) step(cell, 1);
      },
      ArrowDown: () => { settle(cell); stepRow(cell, 1); },
      ArrowUp: () => { settle(cell); stepRow(cell, -1); },
      ArrowRight: atEnd(cell) ? () => { settle(cell); step(cell, 1); } : null,
      ArrowLeft: atStart(cell) ? () => { settle(cell); step(cell, -1); } : null,
      Backspace: cell.value ? null : () => { if (cells.indexOf(cell) > 0) step(cell, -1); },
      Escape: () => {
        cellsOf(row).forEach((c) => {
          const kept = mentors.find((m) => m.number === c.dataset.stored);
          take(c, kept || null);
        });
        delete row.dataset.asked;
        rest(row);
      },
    };
    const act = moves[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  entry.addEventListener("focusin", (event) => {
    mentors.forEach(({ item }) => item.classList.remove("is-used"));
    if (!event.target.matches("[data-cell]")) return;
    const values = typed(event.target.closest("[data-row]"));
    mentors.forEach(({ item, number }) => item.classList.toggle("is-used", values.includes(number)));
  });

  entry.addEventListener("focusout", (event) => {
    const row = event.target.closest("[data-row]");
    if (!row || !event.target.matches("[data-cell]")) return;
    hideOptions();
    if (event.target.value.trim() && !event.target.hasAttribute("aria-invalid")) settle(event.target);
    if (row.contains(event.relatedTarget)) return;
    if (row.dataset.asked === "asking") return;
    save(row);
  });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    rows.forEach(save);
  });

  window.addEventListener("beforeunload", (event) => {
    if (rows.some((row) => isDirty(row) || sending.has(row))) event.preventDefault();
  });

  ["online", "focus"].forEach((name) => window.addEventListener(name, () => [...trying.keys()].filter(isLeft).forEach(save)));

  // What was typed before this script was there is typed once more: it all stands in the one cell that had the focus.
  function typeAgain(first) {
    const keys = [...first.value];
    first.value = "";
    keys.forEach((key) => {
      const cell = document.activeElement;
      if (!cell.matches("[data-cell]")) return;
      cell.value = cell.selectionEnd > cell.selectionStart ? key : cell.value + key;
      cell.setSelectionRange(cell.value.length, cell.value.length);
      onInput(cell);
    });
  }

  const begun = cells.find((cell) => cell === document.activeElement);
  rows.filter((row) => isDirty(row) && isLeft(row) && !row.classList.contains("is-wrong")).forEach((row) => {
    if (cellsOf(row).every(settle)) save(row);
  });
  if (begun && begun.value !== begun.dataset.stored) typeAgain(begun);
  else {
    const wrong = rows.find((row) => row.classList.contains("is-wrong"));
    focus(begun || cellsOf(wrong || rows.find((row) => row.querySelector("[data-version]").value === "0") || rows[0])[0]);
  }
})();
