// Proof-reading with the keyboard: Alt+Enter accepts, Alt+↓ goes on to the next letter that waits.
(() => {
  "use strict";

  document.addEventListener("keydown", (event) => {
    if (!event.altKey || event.ctrlKey || event.metaKey) return;
    const accept = document.querySelector("#main [data-accept]");
    const next = document.querySelector("#main [data-next]");
    if (event.key === "Enter" && accept) {
      event.preventDefault();
      accept.click();
    } else if (event.key === "ArrowDown" && next) {
      event.preventDefault();
      next.click();
    }
  });
})();
