// Follows the system's light or dark; paper is always light. Loaded first, so that nothing flashes.
(() => {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const apply = (isDark) => document.documentElement.setAttribute("data-bs-theme", isDark ? "dark" : "light");
  apply(dark.matches);
  dark.addEventListener("change", () => apply(dark.matches));
  window.addEventListener("beforeprint", () => apply(false));
  window.addEventListener("afterprint", () => apply(dark.matches));
})();
