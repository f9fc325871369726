/* Runs before anything is drawn: the theme, and the nonce that styles made by components need. */
(function () {
  "use strict";
  const root = document.documentElement;
  const prefersDark = window.matchMedia("(prefers-color-scheme: dark)").matches;
  let kept = null;
  try { kept = localStorage.getItem("theme"); } catch (error) { /* storage may be forbidden */ }
  root.lang = "en";
  root.dataset.theme = kept === "light" || kept === "dark" ? kept : prefersDark ? "dark" : "light";

  const nonce = document.querySelector('meta[name="csp-nonce"]')?.content;
  const create = document.createElement;
  document.createElement = function (name, options) {
    const element = create.call(document, name, options);
    if (nonce && String(name).toLowerCase() === "style") element.setAttribute("nonce", nonce);
    return element;
  };
})();
