// Pages that must not come back with the Back button: what a child wrote, what a family read on a lent phone.
// A browser may keep a page as it was and show it again without asking; then it is asked for anew, or emptied.
(() => {
  "use strict";

  const empty = () => {
    for (const form of document.querySelectorAll("form[autocomplete=off]")) {
      form.reset();
      for (const field of form.querySelectorAll("textarea, input[type=text]")) {
        if (!field.defaultValue) field.value = "";
      }
    }
  };

  window.addEventListener("pageshow", (event) => {
    const [visit] = performance.getEntriesByType("navigation");
    if (event.persisted) {
      document.body.hidden = true;
      window.location.reload();
    } else if (visit && visit.type === "back_forward") {
      empty();
    }
  });
  // Sent: what stands here is no longer needed, and must not be in the page that the browser keeps.
  window.addEventListener("pagehide", empty);
})();
