// Days of the calendar by tap: a kind, the first day, the last day. The rows below are what is sent; without this they are typed.
(() => {
  "use strict";

  const form = document.querySelector("[data-calendar]");
  if (!form) return;
  const months = form.querySelector("[data-months]");
  const tools = form.querySelector("[data-tools]");
  const list = form.querySelector("[data-rows]");
  const told = form.querySelector("[data-told]");
  const naming = form.querySelector("[data-name]");
  const undo = form.querySelector("[data-undo]");
  const total = form.querySelector("[name='day-TOTAL_FORMS']");
  const cells = [...months.querySelectorAll("[data-day]")];
  const SIGNS = { exam: "考", holiday: "休", workday: "班" };
  const KINDS = { exam: "考试", holiday: "放假", workday: "上课" };
  const TERMS = [["first", "第一学期"], ["second", "第二学期"]];
  const MARKS = ["exam", "holiday", "workday", "first", "last", "edge", "term", "out"].map((name) => `is-${name}`);
  const history = [];
  let painting = "";
  let begun = null;

  // --- Days, as 2026-10-01: they compare as text -------------------------------------------------------------------
  const move = (day, by) => {
    const [year, month, date] = day.split("-").map(Number);
    return new Date(Date.UTC(year, month - 1, date + by)).toISOString().slice(0, 10);
  };
  const said = (day) => `${Number(day.slice(5, 7))}月${Number(day.slice(8))}日`;
  const words = ({ first, last }) =>
    first === last ? said(first) : `${said(first)}—${first.slice(0, 7) === last.slice(0, 7) ? `${Number(last.slice(8))}日` : said(last)}`;

  // --- The rows ------------------------------------------------------------------------------------------------------
  const field = (row, name) => row.querySelector(`[name$="-${name}"]`);
  const rows = () => [...list.querySelectorAll("[data-row]")];
  const isDay = (text) => /^\d{4}-\d{2}-\d{2}$/.test(text);

  function span(row) {
    const first = field(row, "starts_on").value;
    const last = field(row, "ends_on").value || first;
    if (field(row, "DELETE").checked || !isDay(first) || !isDay(last) || last < first) return null;
    return { row, kind: field(row, "kind").value, name: field(row, "name").value.trim(), first, last };
  }

  const spans = () => rows().map(span).filter(Boolean).sort((one, other) => (one.first < other.first ? -1 : 1));

  function newRow() {
    const number = Number(total.value);
    const holder = document.createElement("ol");
    holder.innerHTML = form.querySelector("[data-empty]").innerHTML.replaceAll("__prefix__", number);
    total.value = number + 1;
    list.append(holder.firstElementChild);
    return list.lastElementChild;
  }

  function write(row, { kind, name, first, last }) {
    field(row, "kind").value = kind;
    field(row, "name").value = name;
    field(row, "starts_on").value = first;
    field(row, "ends_on").value = last;
  }

  function remove(row) {
    field(row, "DELETE").checked = true;
    row.classList.add("is-gone");
  }

  const emptyRow = () =>
    rows().find((row) => !field(row, "DELETE").checked && !["name", "starts_on", "ends_on"].some((name) => field(row, name).value)) || newRow();

  const state = () => rows().map((row) => ({
    row,
    values: ["kind", "name", "starts_on", "ends_on"].map((name) => field(row, name).value),
    gone: field(row, "DELETE").checked,
  }));

  function restore(former) {
    const kept = new Set(former.map(({ row }) => row));
    rows().filter((row) => !kept.has(row)).forEach(remove);
    former.forEach(({ row, values, gone }) => {
      ["kind", "name", "starts_on", "ends_on"].forEach((name, place) => { field(row, name).value = values[place]; });
      field(row, "DELETE").checked = gone;
      row.classList.toggle("is-gone", gone);
    });
  }

  // What lies in the way gives way: it ends before, begins after, or is cut in two. An exam may lie on a day with school.
  function clear(kind, first, last) {
    spans().filter((one) => kind === "none" || (one.kind === "exam") === (kind === "exam"))
      .filter((one) => one.first <= last && first <= one.last)
      .forEach((one) => {
        const before = one.first < first ? { ...one, last: move(first, -1) } : null;
        const after = one.last > last ? { ...one, first: move(last, 1) } : null;
        if (!before && !after) remove(one.row);
        else write(one.row, before || after);
        if (before && after) write(emptyRow(), after);
      });
  }

  function paint(kind, first, last) {
    history.push(state());
    undo.disabled = false;
    clear(kind, first, last);
    if (kind === "none") {
      told.textContent = `${words({ first, last })} 已擦去。`;
    } else {
      const name = naming.value.trim();
      write(emptyRow(), { kind, name, first, last });
      naming.value = "";
      told.textContent = `${words({ first, last })} 已登记为${KINDS[kind]}${name ? `“${name}”` : ""}。看过后到页末保存。`;
    }
    draw();
  }

  // --- The months ----------------------------------------------------------------------------------------------------
  const terms = () => TERMS.map(([key, name]) => ({
    name, first: form.querySelector(`[name="${key}_start"]`).value, last: form.querySelector(`[name="${key}_end"]`).value,
  }));

  function draw() {
    const found = spans();
    const both = terms();
    const counts = {};
    cells.forEach((cell) => {
      const day = cell.dataset.day;
      const here = found.filter((one) => one.first <= day && day <= one.last);
      const edge = both.find((term) => term.first === day || term.last === day);
      const inTerm = both.some((term) => term.first <= day && day <= term.last);
      const marks = here.map((one) => `is-${one.kind}`);
      if (here.some((one) => one.first === day)) marks.push("is-first");
      if (here.some((one) => one.last === day)) marks.push("is-last");
      if (edge) marks.push("is-edge");
      marks.push(inTerm ? "is-term" : "is-out");
      cell.classList.remove(...MARKS);
      cell.classList.add(...marks);
      const begins = edge && edge.first === day;
      cell.querySelector(".cal-sign").textContent = here.map((one) => SIGNS[one.kind]).join("") || (edge ? (begins ? "始" : "终") : "");
      cell.querySelector(".cal-words").textContent =
        [...here.map((one) => one.name || KINDS[one.kind]), ...(edge ? [`${edge.name}${begins ? "开学" : "结束"}`] : [])].join("，");
      const has = (kind) => here.some((one) => one.kind === kind);
      const school = inTerm && !has("holiday") && (has("workday") || !cell.classList.contains("is-weekend"));
      const month = day.slice(0, 7);
      counts[month] = (counts[month] || 0) + Number(school);
    });
    months.querySelectorAll("[data-count]").forEach((place) => {
      place.textContent = counts[place.dataset.count] ? `上课 ${counts[place.dataset.count]} 天` : "";
    });
    months.querySelectorAll("[data-lines]").forEach((place) => {
      const month = place.dataset.lines;
      const edges = both.flatMap((term) => [[term.first, "开学"], [term.last, "结束"]]
        .filter(([day]) => day.slice(0, 7) === month)
        .map(([day, word]) => ({ kind: "edge", first: day, last: day, name: term.name + word })));
      const lines = [...found.filter((one) => one.first.slice(0, 7) <= month && month <= one.last.slice(0, 7)), ...edges]
        .sort((one, other) => (one.first < other.first ? -1 : 1));
      place.replaceChildren(...lines.map(line));
    });
  }

  function line(one) {
    const item = document.createElement("li");
    item.className = `is-${one.kind}`;
    const dot = document.createElement("span");
    dot.className = "cal-dot";
    dot.ariaHidden = "true";
    const days = document.createElement("span");
    days.textContent = words(one);
    item.append(dot, days, ` ${one.name || KINDS[one.kind]}`);
    return item;
  }

  // --- Taps and keys -------------------------------------------------------------------------------------------------
  function choose(kind) {
    painting = painting === kind ? "" : kind;
    forget();
    tools.querySelectorAll("[data-paint]").forEach((button) => {
      button.setAttribute("aria-pressed", String(button.dataset.paint === painting));
    });
    months.classList.toggle("is-painting", painting !== "");
    months.querySelectorAll("table").forEach((table) => {
      if (painting) table.setAttribute("role", "grid");
      else table.removeAttribute("role");
    });
    cells.forEach((cell, place) => {
      if (painting) cell.tabIndex = place ? -1 : 0;
      else cell.removeAttribute("tabindex");
    });
    told.textContent = painting ? "点第一天，再点最后一天；只有一天就点两次。" : "先选类别，再在下面点第一天和最后一天。";
  }

  function forget() {
    if (begun) begun.classList.remove("is-begun");
    begun = null;
  }

  function tap(cell) {
    if (!painting) return;
    if (!begun) {
      begun = cell;
      cell.classList.add("is-begun");
      told.textContent = `从 ${said(cell.dataset.day)} 起。再点最后一天；只有一天就再点一次。`;
      return;
    }
    const [first, last] = [begun.dataset.day, cell.dataset.day].sort();
    forget();
    paint(painting, first, last);
  }

  function go(cell, by) {
    const next = cells.find((other) => other.dataset.day === move(cell.dataset.day, by));
    if (!next) return;
    cells.forEach((other) => { other.tabIndex = -1; });
    next.tabIndex = 0;
    next.focus();
  }

  tools.hidden = false;
  form.querySelector("[data-add]").hidden = false;
  tools.addEventListener("click", (event) => {
    const button = event.target.closest("[data-paint]");
    if (button) choose(button.dataset.paint);
  });
  undo.addEventListener("click", () => {
    restore(history.pop());
    undo.disabled = history.length === 0;
    told.textContent = "已撤回一步。";
    draw();
  });
  months.addEventListener("click", (event) => {
    const cell = event.target.closest("[data-day]");
    if (cell) tap(cell);
  });
  months.addEventListener("keydown", (event) => {
    const cell = event.target.closest("[data-day]");
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
    if (!cell || !painting) return;
    if (event.key === "Enter" || event.key === " ") tap(cell);
    else if (event.key === "Escape") forget();
    else if (steps[event.key]) go(cell, steps[event.key]);
    else return;
    event.preventDefault();
  });
  naming.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  form.querySelector("[data-add]").addEventListener("click", () => field(newRow(), "kind").focus());
  form.addEventListener("change", (event) => {
    const row = event.target.closest("[data-row]");
    if (row) row.classList.toggle("is-gone", field(row, "DELETE").checked);
    draw();
  });
  rows().filter((row) => field(row, "DELETE").checked).forEach((row) => row.classList.add("is-gone"));
})();
