// Choosing mentors by tapping them. The selects and reasons of the plain form stay the truth; this only fills them.
(() => {
  "use strict";

  const form = document.querySelector("[data-choose]");
  if (!form) return;

  const max = Number(form.dataset.max);
  const ORDINALS = "一二三四五六七八九十";
  const ranks = [...form.querySelectorAll(".choose-rank")];
  const mentors = [...form.querySelectorAll(".choose-mentor")];
  const count = form.querySelector(".choose-count");
  const none = form.querySelector(".choose-none");
  const selectOf = (rank) => rank.querySelector("select");
  const reasonOf = (rank) => rank.querySelector("input");

  // What is chosen, first choice first.
  const read = () =>
    ranks.map((rank) => ({ mentor: selectOf(rank).value, reason: reasonOf(rank).value })).filter((c) => c.mentor);

  function write(chosen) {
    ranks.forEach((rank, at) => {
      const choice = chosen[at] || { mentor: "", reason: "" };
      selectOf(rank).value = choice.mentor;
      reasonOf(rank).value = choice.reason;
      rank.hidden = !choice.mentor;
      const mentor = mentors.find((c) => c.dataset.mentor === choice.mentor);
      const names = mentor ? [...mentor.querySelectorAll(".face-name")].map((n) => n.firstChild.textContent.trim()) : [];
      rank.querySelector(".choose-name").textContent = names.join("/");
      rank.querySelector("[data-up]").disabled = at === 0;
      rank.querySelector("[data-down]").disabled = at >= chosen.length - 1;
    });
    mentors.forEach((mentor) => {
      const at = chosen.findIndex((c) => c.mentor === mentor.dataset.mentor);
      const button = mentor.querySelector(".choose-pick");
      mentor.classList.toggle("is-chosen", at >= 0);
      button.setAttribute("aria-pressed", String(at >= 0));
      button.querySelector("[data-word]").textContent = at >= 0 ? `第${ORDINALS[at]}志愿` : "选";
    });
    none.hidden = chosen.length > 0;
    count.querySelector("strong").textContent = chosen.length;
    form.classList.toggle("is-full", chosen.length >= max);
  }

  function toggle(mentor) {
    const chosen = read();
    const at = chosen.findIndex((c) => c.mentor === mentor);
    if (at >= 0) chosen.splice(at, 1);
    else if (chosen.length < max) chosen.push({ mentor, reason: "" });
    else {
      // Full: say so where the eye is, and change nothing.
      count.classList.remove("is-full-now");
      void count.offsetWidth;
      count.classList.add("is-full-now");
      count.dataset.hint = `最多 ${max} 位，先去掉一位`;
      return;
    }
    delete count.dataset.hint;
    write(chosen);
  }

  function move(from, to) {
    const chosen = read();
    if (to < 0 || to >= chosen.length) return;
    [chosen[from], chosen[to]] = [chosen[to], chosen[from]];
    write(chosen);
  }

  form.classList.add("is-live");
  count.hidden = false;
  mentors.forEach((mentor) => {
    const button = mentor.querySelector(".choose-pick");
    button.hidden = false;
    button.addEventListener("click", () => toggle(mentor.dataset.mentor));
  });
  ranks.forEach((rank, at) => {
    rank.querySelector(".choose-name").hidden = false;
    rank.querySelector(".choose-moves").hidden = false;
    rank.querySelector("[data-up]").addEventListener("click", () => move(at, at - 1));
    rank.querySelector("[data-down]").addEventListener("click", () => move(at, at + 1));
    rank.querySelector("[data-remove]").addEventListener("click", () => toggle(selectOf(rank).value));
  });
  const start = () => write(read());
  start();
  // Back from the next page: the browser has put the old values back by now.
  window.addEventListener("pageshow", start);
})();
