/* The customers found on Activity: arrow keys walk through them, Enter takes the first, Escape clears the field. Whoever
   has chosen one stands in the field again, for the next. */
(function () {
  "use strict";

  function clear(input) {
    const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set;
    set.call(input, "");
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.focus();
  }

  document.addEventListener("click", (event) => {
    event.target.closest?.(".page-activity .found a")?.closest(".pick").querySelector("input").focus();
  });

  document.addEventListener("keydown", (event) => {
    const picker = event.target.closest?.(".page-activity .pick");
    if (!picker || !["ArrowDown", "ArrowUp", "Enter", "Escape"].includes(event.key)) return;
    const input = picker.querySelector("input");
    const found = [...picker.querySelectorAll(".found a")];
    const at = found.indexOf(document.activeElement);
    if (event.key === "Escape") clear(input);
    else if (event.key !== "Enter") {
      event.preventDefault();
      (found[at + (event.key === "ArrowDown" ? 1 : -1)] || input).focus();
    } else if (at < 0) {
      event.preventDefault();
      found[0]?.click();
    }
  });
})();
