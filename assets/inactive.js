/* The menu of an account in the work list holds the forms only while it is open: drawn for every row they would weigh
   more than the list. They are copied from the one template of the page. */
(function () {
  "use strict";
  document.addEventListener("toggle", ({ target: menu }) => {
    if (!menu.matches?.("details.care") || !menu.open) return;
    const box = menu.querySelector(".menu-items");
    box.replaceChildren(document.querySelector("#inactive-forms template").content.cloneNode(true));
    for (const field of box.querySelectorAll("[name=account]")) field.value = menu.dataset.account;
    for (const field of box.querySelectorAll("[name=assigned_to]")) {
      const known = [...field.options].some((option) => option.value === menu.dataset.assigned);
      if (known) field.value = menu.dataset.assigned;
    }
  }, true);
})();
