// 版面设置: the sample follows the field one is in. Saving, previewing and restoring also work without this.
(() => {
  "use strict";

  const form = document.querySelector("form[data-paper-settings]");
  if (!form) return;
  const all = (selector, root = form) => [...root.querySelectorAll(selector)];
  const field = (name) => form.elements.namedItem(name);
  const radio = (name, value) => all(`input[name="${name}"]`).find((input) => input.value === value);
  const tell = () => form.dispatchEvent(new Event("input", { bubbles: true }));
  const picker = document.getElementById("sample-picker");

  // --- Which sample, and of which design
  const designs = picker.querySelector("[data-with-designs]");
  function showDesigns() {
    const sample = form.querySelector("input[name=sample]:checked");
    const varies = sample && designs.dataset.withDesigns.split(" ").includes(sample.value);
    designs.hidden = !varies || field("design").value !== "";
  }
  // A tab answers at once (change); what is typed waits a moment (input).
  picker.addEventListener("input", (event) => event.stopPropagation());
  picker.addEventListener("change", showDesigns);
  field("design").addEventListener("change", showDesigns);
  form.addEventListener("focusin", (event) => {
    const setting = event.target.closest("[data-sample]");
    const tab = setting && radio("sample", setting.dataset.sample);
    if (!tab || tab.checked) return;
    tab.checked = true;
    tab.dispatchEvent(new Event("change", { bubbles: true }));
  });
  showDesigns();

  // --- Colour: a swatch fills the colour field, the colour field ticks 自选; so with the letter's name
  all("input[name=swatch]").forEach((input) => {
    input.addEventListener("change", () => {
      if (input.value !== "own") field("colour").value = input.value;
    });
  });
  field("colour").addEventListener("input", () => { radio("swatch", "own").checked = true; });
  const own = field("label_own");
  if (own) {
    const showOwn = () => { own.parentElement.hidden = !radio("label_choice", "own").checked; };
    all("input[name=label_choice]").forEach((input) => input.addEventListener("change", () => {
      showOwn();
      if (input.value === "own") own.focus();
    }));
    showOwn();
  }

  // --- 恢复默认 fills in the fields of its section
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-restore]");
    if (!button) return;
    event.preventDefault();
    Object.entries(JSON.parse(button.closest("[data-defaults]").dataset.defaults)).forEach(([name, value]) => {
      const input = field(name);
      if (input instanceof RadioNodeList) radio(name, value).checked = true;
      else if (input.type === "checkbox") input.checked = value;
      else input.value = value;
    });
    showDesigns();
    tell();
  });

  // --- A heavy picture is made small here, so that it does not travel with each keystroke
  const logo = field("logo");
  const HEAVY = 300 * 1024;
  const SIDE = 600;
  logo.addEventListener("input", async (event) => {
    const [file] = logo.files;
    if (!file || file.size <= HEAVY || !window.createImageBitmap || event.isTrusted === false) return;
    event.stopPropagation();
    try {
      const bitmap = await createImageBitmap(file);
      const scale = Math.min(1, SIDE / Math.max(bitmap.width, bitmap.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.max(1, Math.round(bitmap.width * scale));
      canvas.height = Math.max(1, Math.round(bitmap.height * scale));
      canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
      const small = await new Promise((done) => { canvas.toBlob(done, "image/png"); });
      const chosen = new DataTransfer();
      chosen.items.add(new File([small], "logo.png", { type: "image/png" }));
      logo.files = chosen.files;
    } catch {
      // No picture, or a browser that cannot: the server says so, or makes it small.
    }
    tell();
  });

  // --- What is wrong stands beside its field; the field says so, too
  document.body.addEventListener("htmx:oobAfterSwap", (event) => {
    const { target } = event.detail;
    const input = target && target.dataset && target.dataset.errorOf && field(target.dataset.errorOf);
    if (!(input instanceof Element)) return;
    if (target.textContent.trim()) {
      input.setAttribute("aria-invalid", "true");
      // Above the bar with the buttons.
      if (input === document.activeElement) target.scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-invalid");
    input.classList.remove("is-invalid");
  });

  // --- On a phone: to the sample and back to where one was
  let before = 0;
  document.querySelector("[data-look]").addEventListener("click", () => { before = window.scrollY; });
  document.querySelector("[data-back]").addEventListener("click", (event) => {
    event.preventDefault();
    window.scrollTo(0, before);
  });
})();
