// Tell of a file that is too large before it is sent: a school's line may need minutes for it.
document.querySelectorAll("input[type=file][data-max-bytes]").forEach((field) => {
  const limit = Number(field.dataset.maxBytes);
  const check = () => {
    const file = field.files[0];
    const megabytes = Math.floor(limit / (1024 * 1024));
    const tooLarge = Boolean(file) && file.size > limit;
    field.setCustomValidity(tooLarge ? `文件超过 ${megabytes} MB。请删去其中的图片，只留名册再上传。` : "");
    if (tooLarge) field.reportValidity();
  };
  field.addEventListener("change", check);
});
