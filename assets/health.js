/* Health: a click on a mark follows the address it carries; the form of What if is read while it is changed; a workbook
   is read here and handed over with what its columns are taken for. */
(function () {
  "use strict";
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  const PAUSE = 250;
  const hand = (id, data) => window.dash_clientside.set_props(id, { data });

  clientside.health = {
    follow(clicked) {
      const point = clicked?.points?.[0];
      /* A ring hands over a list with one address. */
      const href = [].concat(point?.customdata ?? [])[0];
      if (typeof href === "string" && href) clientside.shell.go(href);
      return null;
    },
  };

  /* What leads to a list stands above it, or below: it is brought into sight. */
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-to]");
    if (link) document.getElementById(link.dataset.to)?.scrollIntoView({ block: "start" });
  });

  const theForm = () => document.querySelector("form.what-if-form");
  const weightsOf = (form) => [...form.querySelectorAll(".weight")].map((row) => ({
    slider: row.querySelector("[type=range]"), number: row.querySelector("[type=number]"), share: row.querySelector(".of-sum"),
  }));

  /* Slider and number say the same; beside them what the weight is of the sum. */
  function agree(form, changed) {
    const rows = weightsOf(form);
    for (const { slider, number } of rows) {
      if (changed === slider) number.value = slider.value; else slider.value = number.value;
    }
    const total = rows.reduce((sum, { number }) => sum + (Number(number.value) || 0), 0);
    for (const { number, share } of rows) {
      share.textContent = total > 0 ? `${((100 * (Number(number.value) || 0)) / total).toFixed(1)} %` : "–";
    }
    form.querySelector(".sum").textContent = total > 0 ? `Sum ${+total.toFixed(4)}, taken as 100 %` : "At least one weight is above 0";
  }

  function ask(form) {
    const { note, ...fields } = Object.fromEntries(new FormData(form));
    hand("health-what-if-asked", fields);
  }
  function changed(form, field) {
    agree(form, field);
    clearTimeout(changed.timer);
    changed.timer = setTimeout(() => { if (form.isConnected) ask(form); }, PAUSE);
  }
  document.addEventListener("input", (event) => {
    const form = event.target.closest?.("form.what-if-form");
    if (form && event.target.name !== "note") changed(form, event.target);
  });
  document.addEventListener("reset", (event) => {
    if (event.target.matches?.("form.what-if-form")) setTimeout(() => changed(event.target, null));
  });
  /* Those who may not save have a form that goes nowhere. */
  document.addEventListener("submit", (event) => {
    if (event.target.matches?.("form.what-if-form:not([data-action])")) event.preventDefault();
  });
  /* Drawn anew, with a new version or on the way back to the page. */
  new MutationObserver(() => {
    const form = theForm();
    if (!form || form.dataset.agrees) return;
    form.dataset.agrees = "true";
    agree(form, null);
    hand("health-what-if-asked", null);
  }).observe(document.documentElement, { childList: true, subtree: true });

  let file = null;

  function read(chosen) {
    return new Promise((resolve, reject) => {
      const reader = new FileReader();
      reader.onload = () => resolve(String(reader.result).split(",")[1] || "");
      reader.onerror = () => reject(reader.error);
      reader.readAsDataURL(chosen);
    });
  }
  async function choose(chosen) {
    if (!chosen) { file = null; hand("health-file", null); return; }
    const most = Number(document.querySelector("#health-file-matched [data-most]")?.dataset.most || 0);
    try {
      /* What would not fit is not sent; that it does not is said there. */
      const content = chosen.size > most ? "" : await read(chosen);
      file = { name: chosen.name.slice(0, 300), size: chosen.size, content, matching: null, scaling: null };
      hand("health-file", file);
    } catch (error) {
      clientside.shell.say("The file cannot be read. Choose it again.");
    }
  }
  function correct(box) {
    if (!file) return;
    const fields = [...box.querySelectorAll("select")].map((one) => [one.name, one.value]);
    const { scaling, ...matching } = Object.fromEntries(fields);
    file = { ...file, matching, scaling };
    hand("health-file", file);
  }
  document.addEventListener("change", (event) => {
    const target = event.target;
    if (target.matches?.("#health-workbook")) choose(target.files[0]);
    const box = target.closest?.("#health-file-matched");
    if (box && target.matches("select")) correct(box);
  });
  /* The same file, corrected meanwhile, is read anew. */
  document.addEventListener("click", (event) => {
    if (event.target.matches?.("#health-workbook")) event.target.value = "";
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-file-as]");
    if (button) hand("health-file-wanted", { kind: button.dataset.fileAs, at: Date.now() });
  });

  /* A file may also be dropped on the card. */
  const cardOf = (event) => event.target.closest?.(".own-file");
  document.addEventListener("dragover", (event) => {
    if (!cardOf(event)) return;
    event.preventDefault();
    cardOf(event).classList.add("over");
  });
  document.addEventListener("dragleave", (event) => {
    const card = cardOf(event);
    if (card && !card.contains(event.relatedTarget)) card.classList.remove("over");
  });
  document.addEventListener("drop", (event) => {
    const card = cardOf(event);
    if (!card) return;
    event.preventDefault();
    card.classList.remove("over");
    choose(event.dataTransfer.files[0]);
  });
})();
