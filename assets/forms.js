/* What is written goes one way: a form with data-action → the store "action" → callbacks/actions.py → here.
   One at a time, since an answer that is overtaken is never told. */
(function () {
  "use strict";
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  const waiting = [];

  const isBusy = (form) => form.getAttribute("aria-busy") === "true";
  function setBusy(form, busy) {
    form.setAttribute("aria-busy", busy);
    /* Not `disabled`, which would take the focus away. */
    for (const button of form.querySelectorAll("[type=submit]")) button.setAttribute("aria-disabled", busy);
  }

  /* Sent again as it is, a form has the same nonce, and is written once. */
  function nonceOf(form) {
    form.dataset.nonce ||= [...crypto.getRandomValues(new Uint8Array(16))]
      .map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return form.dataset.nonce;
  }

  function send({ form, action, fields, nonce }) {
    window.dash_clientside.set_props("action", { data: { action, fields, nonce, at: Date.now() } });
  }

  function finish(reset) {
    const { form } = waiting.shift();
    setBusy(form, false);
    if (reset) {
      const had = form.contains(document.activeElement);
      form.reset();
      delete form.dataset.nonce;
      const box = form.closest("details");
      if (box) {
        box.removeAttribute("open");
        if (had) box.querySelector("summary").focus();
      }
    }
    if (waiting.length) send(waiting[0]);
  }

  document.addEventListener("submit", (event) => {
    const form = event.target.closest?.("form[data-action]");
    if (!form) return;
    event.preventDefault();
    if (isBusy(form)) return;
    setBusy(form, true);
    const fields = Object.fromEntries(new FormData(form));
    waiting.push({ form, action: form.dataset.action, fields, nonce: nonceOf(form) });
    if (waiting.length === 1) send(waiting[0]);
  });

  document.addEventListener("input", (event) => {
    const form = event.target.closest?.("form[data-action]");
    if (form) delete form.dataset.nonce;
  });

  clientside.forms = {
    answered({ nonce, words, kept }) {
      window.dash_clientside.shell.say(words);
      if (waiting[0]?.nonce === nonce) finish(kept);
    },
  };
  /* No answer came (assets/shell.js has said so): what was typed stays, to be sent again. */
  document.addEventListener("update-failed", () => { if (waiting.length) finish(false); });
})();
