// 扫封面: read the code of a cover with the camera, where the browser can; the field takes what is typed all the same.
(() => {
  "use strict";

  const form = document.querySelector("[data-scan]");
  if (!form || !("BarcodeDetector" in window) || !navigator.mediaDevices) return;
  const start = form.querySelector("[data-scan-start]");
  const camera = form.querySelector("[data-scan-camera]");
  const video = form.querySelector("[data-scan-video]");
  const told = form.querySelector("[data-scan-told]");
  const kept = "scan-camera";
  let stream = null;

  function stop() {
    if (stream) stream.getTracks().forEach((track) => track.stop());
    stream = null;
    camera.hidden = true;
    start.hidden = false;
  }

  async function look(detector) {
    if (!stream) return;
    const [found] = await detector.detect(video).catch(() => []);
    if (found && found.rawValue) {
      form.elements.code.value = found.rawValue;
      stop();
      form.requestSubmit();
      return;
    }
    window.setTimeout(() => look(detector), 150);
  }

  async function open() {
    start.hidden = true;
    camera.hidden = false;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      stop();
      camera.hidden = false;
      told.textContent = "打不开摄像头，请在浏览器里允许使用，或直接输入编号。";
      return;
    }
    // The next book is scanned at once: the page opens its camera again by itself.
    window.sessionStorage.setItem(kept, "1");
    told.textContent = "对准封面右下角的二维码。";
    video.srcObject = stream;
    await video.play();
    look(new window.BarcodeDetector({ formats: ["qr_code"] }));
  }

  start.hidden = false;
  start.querySelector("button").addEventListener("click", open);
  window.addEventListener("pagehide", stop);
  if (window.sessionStorage.getItem(kept) && form.elements.do.value !== "look") open();
})();
