// A mentor's marks: the whole list is replaced with each one, and the focus stays on the button that was pressed.
(() => {
  "use strict";

  let pressed = "";
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    const cause = event.detail.requestConfig.triggeringEvent;
    const button = cause && cause.submitter;
    if (button && button.closest("#marks")) pressed = button.id;
  });
  document.body.addEventListener("htmx:afterSettle", () => {
    const active = document.activeElement;
    if (!pressed || (active && active !== document.body)) return;
    const button = document.getElementById(pressed);
    // At the top of the order 上移 has nothing left to do: 下移 beside it takes the focus.
    const target = button && button.disabled ? button.parentElement.querySelector("button:not(:disabled)") : button;
    if (target) target.focus({ preventScroll: true });
    pressed = "";
  });
})();
