// Steps through the marked words of a report, and copies what a button names.
(() => {
  "use strict";
  const marks = [...document.querySelectorAll(".report mark")];
  const at = document.getElementById("at");
  let now = -1;
  const go = (step, behavior = "auto") => {
    if (!marks.length) return;
    if (now >= 0) marks[now].classList.remove("now");
    now = (now + step + marks.length) % marks.length;
    marks[now].classList.add("now");
    marks[now].scrollIntoView({ block: "center", behavior });
    at.textContent = `${now + 1} / ${marks.length}`;
  };
  if (at) {
    const previous = document.getElementById("previous");
    const next = document.getElementById("next");
    previous.disabled = next.disabled = !marks.length;
    previous.addEventListener("click", () => go(-1));
    next.addEventListener("click", () => go(1));
    addEventListener("load", () => setTimeout(() => go(1, "instant")));  // after the browser went to #cited itself
  }
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.addEventListener("click", async () => {
      const text = document.getElementById(button.dataset.copy);
      if (navigator.clipboard) await navigator.clipboard.writeText(text.value);
      else { text.select(); document.execCommand("copy"); }
      const was = button.textContent;
      button.textContent = button.dataset.done;
      setTimeout(() => { button.textContent = was; }, 1500);
    });
  }
})();
