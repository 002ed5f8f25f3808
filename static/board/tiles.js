// The class board: tiles move by drag, tap or key; nothing is written before 保存. The selects of the form are the state.
(() => {
  "use strict";

  const form = document.getElementById("class-board");
  if (!form) return;

  const find = (selector, within = form) => within.querySelector(selector);
  const all = (selector, within = form) => [...within.querySelectorAll(selector)];
  const frame = find(".board-columns");
  const state = find("#board-state");
  const live = find("#board-live");
  const targets = find(".board-targets");
  const stepBack = find("[data-step-back]");
  const save = find("button[value=save]");
  const columns = all(".board-column");
  const tiles = all(".board-tile");
  const byKey = new Map(columns.map((column) => [column.dataset.column, column]));
  const before = new Map(columns.map((column) => [column, 0]));
  const selected = new Set();
  const steps = [];
  let leaving = false;

  const face = (tile) => find(".board-face", tile);
  const where = (tile) => find("select", tile).value;
  const columnOf = (tile) => byKey.get(where(tile));
  const moved = () => tiles.filter((tile) => where(tile) !== tile.dataset.base);
  const names = (some) => some.slice(0, 3).map((tile) => tile.dataset.name).join("、") + (some.length > 3 ? `等 ${some.length} 位` : "");
  const say = (text) => {
    live.textContent = text;
  };

  tiles.forEach((tile) => {
    const home = byKey.get(tile.dataset.base);
    before.set(home, before.get(home) + 1);
  });

  // --- What the board shows
  function place(tile, key) {
    find("select", tile).value = key;
    const list = find(".board-tiles", byKey.get(key));
    const next = all(".board-tile", list).find((other) => other !== tile && Number(other.dataset.position) > Number(tile.dataset.position));
    list.insertBefore(tile, next || null);
    const isMoved = key !== tile.dataset.base;
    tile.classList.toggle("is-moved", isMoved);
    // Who had no mentor before comes from nobody.
    find(".board-was", tile).textContent = isMoved && tile.dataset.base ? `原来：${byKey.get(tile.dataset.base).dataset.name}` : "";
  }

  const weigh = (column) => {
    const count = all(".board-tile", column).length;
    const load = Number(column.dataset.load);
    const capacity = Number(column.dataset.capacity);
    const after = load - before.get(column) + count;
    return { count, load, capacity, after, over: Math.max(after - capacity, 0) };
  };
  const figures = (column) => {
    const { count, load, capacity, after } = weigh(column);
    if (!column.dataset.column) return `${count} 人`;
    return (after === load ? "" : `${load} → `) + `${after}/${capacity}`;
  };
  const word = ({ capacity, after, over }) => {
    if (over) return `超出 ${over} 人`;
    if (after === capacity) return "已满";
    return capacity - after <= 2 ? `还可带 ${capacity - after} 人` : "";
  };

  function refresh() {
    columns.forEach((column) => {
      find(".board-figures", column).textContent = figures(column);
      if (!column.dataset.column) return;
      const weight = weigh(column);
      find("progress", column).value = Math.min(weight.after, weight.capacity);
      find(".board-word", column).textContent = word(weight);
      find(".board-over-count", column).textContent = weight.over;
      column.classList.toggle("is-over", weight.over > 0);
      column.classList.toggle("is-near", weight.capacity - weight.after <= 2);
    });
    const changes = moved().length;
    state.classList.remove("is-refused");
    if (selected.size) state.textContent = `已选 ${selected.size} 位，请点要移到的导师`;
    else state.textContent = changes ? `有 ${changes} 项未保存的调整` : "没有未保存的调整";
    stepBack.disabled = !steps.length;
    save.disabled = !changes;
    find("[data-discard]").hidden = !changes;
    // Two unfinished things at once would confuse: first save or discard, then take an older save back.
    const undo = document.querySelector(".board-saved button");
    if (undo) undo.disabled = changes > 0;
    all(".board-here").forEach((button) => {
      button.hidden = !selected.size;
    });
    targets.hidden = !selected.size;
    all("button", targets).forEach((button, index) => {
      button.classList.toggle("is-over", columns[index].classList.contains("is-over"));
      button.lastChild.textContent = figures(columns[index]);
    });
  }

  // --- Moving, and taking a move back
  function move(some, key) {
    const step = some.filter((tile) => where(tile) !== key).map((tile) => [tile, where(tile), key]);
    clearSelection();
    if (!step.length) {
      refresh();
      return;
    }
    carryOut(step);
    const target = byKey.get(key);
    say(`${names(step.map(([tile]) => tile))}移到${target.dataset.name}，${figures(target)}，还没有保存。`);
  }

  function carryOut(step) {
    step.forEach(([tile, , to]) => place(tile, to));
    steps.push(step);
    refresh();
  }

  function takeBack() {
    const step = steps.pop();
    if (!step) return;
    step.forEach(([tile, from]) => place(tile, from));
    refresh();
    say(`已撤销一步：${names(step.map(([tile]) => tile))}回到原处。`);
    focusOn(step[0][0]);
  }

  // --- Selection
  function toggle(tile) {
    if (!selected.delete(tile)) selected.add(tile);
    face(tile).setAttribute("aria-pressed", String(selected.has(tile)));
    refresh();
    say(selected.has(tile) ? `已选中${tile.dataset.name}` : `不再选${tile.dataset.name}`);
  }

  function clearSelection() {
    selected.forEach((tile) => face(tile).setAttribute("aria-pressed", "false"));
    selected.clear();
  }

  // With a pointer the page stays where it is: the next tile to tap is near the last one.
  function focusOn(tile, scroll = true) {
    if (!tile) return;
    all(".board-face[tabindex='0']").forEach((other) => {
      other.tabIndex = -1;
    });
    face(tile).tabIndex = 0;
    face(tile).focus({ preventScroll: true });
    if (scroll) tile.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  function moveSelected(key, scroll) {
    const some = tiles.filter((tile) => selected.has(tile));
    move(some, key);
    focusOn(some[0], scroll);
  }

  // --- Keys
  function step(tile, [down, right]) {
    const column = columnOf(tile);
    const list = all(".board-tile", column);
    const at = list.indexOf(tile);
    if (down) return list[at + down];
    let index = columns.indexOf(column) + right;
    while (columns[index]) {
      const others = all(".board-tile", columns[index]).filter((other) => other.offsetParent);
      if (others.length) return others[Math.min(at, others.length - 1)];
      index += right;
    }
    return null;
  }

  const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey) {
      if (!steps.length) return;
      event.preventDefault();
      takeBack();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && drag) endDrag(false);
    else if (event.key === "Escape" && selected.size) {
      clearSelection();
      refresh();
      say("没有选中的卡片");
    }
    const here = event.target.closest("#class-board .board-face");
    if (!here) return;
    const tile = here.closest(".board-tile");
    if (STEPS[event.key]) {
      event.preventDefault();
      focusOn(step(tile, STEPS[event.key]));
    } else if (/^[0-9]$/.test(event.key)) {
      const target = columns[Number(event.key)];
      if (!target) return;
      event.preventDefault();
      if (selected.size) moveSelected(target.dataset.column, true);
      else {
        // On to the next pupil of the same column: a class is typed through without another key.
        const list = all(".board-tile", columnOf(tile));
        const at = list.indexOf(tile);
        const next = columnOf(tile) === target ? tile : list[at + 1] || list[at - 1] || tile;
        move([tile], target.dataset.column);
        focusOn(next);
      }
    }
  });

  // --- Drag: the mouse at once, a finger after a moment, so that the page still scrolls
  const HOLD = 350;
  let press = null;
  let drag = null;
  let justDragged = false;

  form.addEventListener("pointerdown", (event) => {
    justDragged = false;
    const at = event.target.closest(".board-face");
    if (!at || event.button !== 0 || drag) return;
    press = { tile: at.closest(".board-tile"), x: event.clientX, y: event.clientY, touch: event.pointerType === "touch" };
    if (press.touch) press.timer = setTimeout(beginDrag, HOLD);
  });

  function beginDrag() {
    const { tile } = press;
    if (!selected.has(tile)) clearSelection();
    const some = selected.size ? tiles.filter((one) => selected.has(one)) : [tile];
    const ghost = document.createElement("div");
    ghost.className = "board-ghost";
    ghost.textContent = names(some);
    document.body.append(ghost);
    some.forEach((one) => one.classList.add("is-dragged"));
    drag = { some, ghost, x: press.x, y: press.y, target: null };
    document.body.classList.add("is-dragging");
    if (press.touch && navigator.vibrate) navigator.vibrate(10);
    follow();
    requestAnimationFrame(scrollAlong);
  }

  function follow() {
    drag.ghost.style.transform = `translate(${drag.x + 12}px, ${drag.y - 20}px)`;
    const under = document.elementFromPoint(drag.x, drag.y);
    const target = under && under.closest("#class-board .board-column");
    if (target === drag.target) return;
    if (drag.target) drag.target.classList.remove("is-target");
    if (target) target.classList.add("is-target");
    drag.target = target;
  }

  function scrollAlong() {
    if (!drag) return;
    const edge = 48;
    const box = frame.getBoundingClientRect();
    const pull = (at, low, high) => (at < low + edge ? -12 : at > high - edge ? 12 : 0);
    const dock = find(".board-dock").getBoundingClientRect();
    frame.scrollBy(pull(drag.x, box.left, box.right), pull(drag.y, box.top, Math.min(box.bottom, dock.top)));
    window.scrollBy(0, pull(drag.y, 0, Math.min(dock.top, window.innerHeight)));
    follow();
    requestAnimationFrame(scrollAlong);
  }

  function endDrag(drop) {
    const { some, ghost, target } = drag;
    drag = null;
    justDragged = true;
    ghost.remove();
    document.body.classList.remove("is-dragging");
    some.forEach((tile) => tile.classList.remove("is-dragged"));
    if (target) target.classList.remove("is-target");
    if (!drop || !target) return;
    move(some, target.dataset.column);
    focusOn(some[0], false);
  }

  document.addEventListener("pointermove", (event) => {
    if (drag) {
      drag.x = event.clientX;
      drag.y = event.clientY;
      follow();
    } else if (press && Math.hypot(event.clientX - press.x, event.clientY - press.y) > (press.touch ? 10 : 6)) {
      if (press.touch) letGo();
      else beginDrag();
    }
  });
  const letGo = () => {
    if (press) clearTimeout(press.timer);
    press = null;
  };
  document.addEventListener("pointerup", () => {
    letGo();
    if (drag) endDrag(true);
  });
  document.addEventListener("pointercancel", () => {
    letGo();
    if (drag) endDrag(false);
  });
  document.addEventListener("touchmove", (event) => drag && event.preventDefault(), { passive: false });
  form.addEventListener("contextmenu", (event) => {
    if (drag || (press && press.touch)) event.preventDefault();
  });

  // --- Taps
  form.addEventListener("click", (event) => {
    if (justDragged) {
      justDragged = false;
      event.preventDefault();
      return;
    }
    const tile = event.target.closest(".board-face");
    const fold = event.target.closest(".board-fold");
    const head = event.target.closest(".board-head");
    if (tile) {
      focusOn(tile.closest(".board-tile"), false);
      toggle(tile.closest(".board-tile"));
    } else if (fold) {
      const open = fold.getAttribute("aria-expanded") !== "true";
      fold.setAttribute("aria-expanded", String(open));
      fold.closest(".board-column").classList.toggle("is-folded", !open);
    } else if (head && selected.size && !event.target.closest("a")) {
      moveSelected(head.closest(".board-column").dataset.column, event.detail === 0);
    } else if (event.target.closest("[data-step-back]")) {
      takeBack();
    } else if (event.target.closest("[data-discard]")) {
      event.preventDefault();
      clearSelection();
      const back = moved().map((one) => [one, where(one), one.dataset.base]);
      if (back.length) carryOut(back);
      say("已放弃全部调整。按“撤销一步”可以找回。");
    }
  });

  form.addEventListener("change", (event) => {
    const tile = event.target.closest(".board-tile");
    if (!tile) return;
    const key = event.target.value;
    // The select has changed already: back to where the tile lies, so that the move is one like all others.
    event.target.value = tile.closest(".board-column").dataset.column;
    move([tile], key);
  });

  // --- Filling evenly: the server reckons, the proposal comes as one step that can be taken back
  async function fill(button) {
    const data = new FormData(form);
    data.set("step", "fill");
    button.disabled = true;
    button.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.action, { method: "POST", body: data });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const proposed = page.getElementById("class-board");
      if (!proposed) {
        refuse("没有完成这一步，可能登录已经过期。卡片都还在，请在新窗口登录后再点一次。");
      } else if (find("[name=base]", proposed).value !== find("[name=base]").value) {
        // Somebody else saved meanwhile: the whole page anew, with the own moves in it.
        const step = document.createElement("input");
        step.type = "hidden";
        step.name = "step";
        step.value = "fill";
        form.append(step);
        leaving = true;
        form.submit();
      } else {
        takeOver(page);
      }
    } catch {
      refuse("网络连不上。卡片都还在，请检查网络，再点一次。");
    } finally {
      button.disabled = false;
      button.removeAttribute("aria-busy");
    }
  }

  function takeOver(page) {
    const wanted = new Map(all(".board-tile", page).map((tile) => [tile.dataset.pupil, where(tile)]));
    const step = tiles.map((tile) => [tile, where(tile), wanted.get(tile.dataset.pupil)]).filter(([, from, to]) => from !== to);
    clearSelection();
    document.getElementById("board-notices").replaceWith(page.getElementById("board-notices"));
    if (step.length) carryOut(step);
    else refresh();
    say(document.querySelector("#board-notices [role=status]").textContent.trim());
    document.getElementById("board-notices").scrollIntoView({ block: "nearest" });
  }

  function refuse(text) {
    state.textContent = text;
    state.classList.add("is-refused");
  }

  form.addEventListener("submit", (event) => {
    if (event.submitter && event.submitter.value === "fill") {
      event.preventDefault();
      fill(event.submitter);
      return;
    }
    const over = columns.filter((column) => column.classList.contains("is-over"));
    if (!over.length) {
      leaving = true;
      return;
    }
    event.preventDefault();
    const { over: count } = weigh(over[0]);
    refuse(`${over[0].dataset.name}超出 ${count} 人，请先移走 ${count} 位同学，再保存`);
    over[0].scrollIntoView({ block: "nearest", inline: "nearest" });
  });

  window.addEventListener("beforeunload", (event) => {
    if (!leaving && moved().length) event.preventDefault();
  });
  window.addEventListener("pageshow", () => {
    leaving = false;
  });

  // --- Now the board is alive
  columns.forEach((column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-outline-secondary";
    const weight = document.createElement("small");
    button.append(`${column.dataset.name} `, weight);
    button.addEventListener("click", (event) => moveSelected(column.dataset.column, event.detail === 0));
    targets.append(button);
  });
  all(".board-fold").forEach((button) => {
    button.hidden = false;
  });
  all(".board-face").forEach((button, index) => {
    button.disabled = false;
    button.tabIndex = index ? -1 : 0;
  });
  all(".board-choose select").forEach((select) => {
    select.tabIndex = -1;
  });
  stepBack.hidden = false;
  document.getElementById("board-plain").hidden = true;
  document.getElementById("board-hint").hidden = false;
  form.dataset.live = "";
  refresh();
})();
