// Copies a text that stands on the page, for a group of parents. Without it the text is marked and copied by hand.
(() => {
  "use strict";

  document.querySelectorAll("[data-copy]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const group = button.closest("[data-copy-group]");
      const text = group.querySelector("[data-copied]");
      const said = group.querySelector("[data-copy-said]");
      let done = false;
      try {
        await navigator.clipboard.writeText(text.value);
        done = true;
      } catch {
        // An address without TLS, or a browser of old.
        text.select();
        done = document.execCommand("copy");
      }
      said.textContent = done ? "已复制，可以粘贴到班级群了。" : "没有复制成功，请长按文字复制。";
    });
  });
})();
