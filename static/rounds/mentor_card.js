// The preview beside the form of one's own card.
(() => {
  "use strict";

  const preview = document.querySelector("[data-preview]");
  if (!preview) return;
  for (const name of ["hobbies", "sentence"]) {
    const field = document.querySelector(`[name="${name}"]`);
    const shown = preview.querySelector(`[data-preview-${name}]`);
    field.addEventListener("input", () => {
      shown.textContent = field.value;
      shown.parentElement.hidden = !field.value.trim();
    });
  }
  const photo = document.querySelector('[name="photo"]');
  photo.addEventListener("change", () => {
    const [file] = photo.files;
    if (!file || !file.type.startsWith("image/")) return;
    // A data address, because the page's policy allows those and no others.
    const reader = new FileReader();
    reader.addEventListener("load", () => {
      const image = document.createElement("img");
      image.className = "face-photo";
      image.alt = "";
      image.src = reader.result;
      preview.querySelector(".face-photo").replaceWith(image);
    });
    reader.readAsDataURL(file);
  });
})();
