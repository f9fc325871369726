/* What happens in the browser alone: theme, links without a page load, menus, search keys, the toast. */
(function () {
  "use strict";
  const root = document.documentElement;
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  const NOTHING = () => window.dash_clientside.no_update;

  function say(words) {
    const toast = document.getElementById("toast");
    if (!toast) return;
    toast.textContent = words;
    toast.classList.add("shown");
    clearTimeout(say.timer);
    say.timer = setTimeout(unsay, 6000);
  }
  function unsay() {
    document.getElementById("toast")?.classList.remove("shown");
  }

  function make(name, properties, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  }
  function way(href, words) {
    const link = make("a", { href, className: "button" }, words);
    link.dataset.nav = "true";
    return link;
  }

  /* In place of the page: its address asks for what is not there. The next address takes it away. */
  function refuse(body) {
    const start = document.querySelector("[data-tab]")?.dataset.tab || "/";
    const ways = [way(start, "Go to the start page")];
    if (body.of === "url.search") ways.unshift(way("?", "Reset the filters"));
    document.getElementById("refusal").replaceChildren(
      make("h1", {}, "This address cannot be shown"), make("p", {}, body.error), make("p", { className: "ways" }, ...ways));
    root.classList.add("refused");
  }
  function accept() {
    document.getElementById("refusal")?.replaceChildren();
    root.classList.remove("refused");
  }

  /* A part that failed says so where it would have been; what is on the page already stays. */
  function fail(request, words) {
    document.dispatchEvent(new Event("update-failed"));
    say(words);
    const outputs = JSON.parse(request[1].body).output.split(/\.{2,}/).filter(Boolean);
    for (const output of outputs) {
      const bones = document.querySelector(`[id="${output.slice(0, output.lastIndexOf("."))}"] > .skeleton`);
      bones?.replaceWith(make("div", { className: "empty" }, make("p", {}, words)));
    }
  }

  /* A grid's own interface; nothing until it is drawn. */
  function gridOf(id) {
    try { return window.dash_ag_grid.getApi(id); } catch (error) { return null; }
  }

  function go(href) {
    const from = location.pathname;
    if (new URL(href, location).href !== location.href) {
      history.replaceState({ ...history.state, top: window.scrollY }, "");
      history.pushState({}, "", href);
      window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
      if (location.pathname !== from) window.scrollTo(0, 0);
    }
  }

  /* Back to where the page stood when it was left, as soon as it is long enough again; unless somebody scrolls first. */
  function standAt(top) {
    const watched = new ResizeObserver(reach);
    const given = ["wheel", "touchstart", "keydown", "mousedown"];
    const stop = () => { watched.disconnect(); given.forEach((name) => window.removeEventListener(name, stop)); };
    function reach() {
      window.scrollTo(0, top);
      if (Math.abs(window.scrollY - top) < 2) stop();
    }
    given.forEach((name) => window.addEventListener(name, stop, { passive: true }));
    watched.observe(document.body);
    setTimeout(stop, 10000);
  }

  clientside.shell = {
    go,
    say,
    theme(clicks) {
      if (clicks) {
        root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
        try { localStorage.setItem("theme", root.dataset.theme); } catch (error) { /* stays for this page */ }
      }
      return root.dataset.theme;
    },
    share() {
      const done = () => say("The link to this view is copied.");
      const failed = () => say("Copy the address of this page: it shows this view.");
      if (navigator.clipboard) navigator.clipboard.writeText(location.href).then(done, failed); else failed();
      return NOTHING();
    },
    /* The rows a grid keeps belong to the filters before. */
    refreshGrid(search, grid) {
      gridOf(grid)?.purgeInfiniteCache();
      return NOTHING();
    },
  };

  function choosePeriod() {
    const [from, to] = ["custom-from", "custom-to"].map((id) => document.getElementById(id).value);
    const isDay = (text) => {
      const day = new Date(`${text}T00:00:00Z`);
      return !isNaN(day) && day.toISOString().slice(0, 10) === text;
    };
    if (!isDay(from) || !isDay(to) || from > to) {
      say("Give both days as 2026-01-05, the first not after the last.");
      return;
    }
    const query = new URLSearchParams(location.search);
    query.set("period", `${from}..${to}`);
    go(`?${query}`);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-toggle]");
    if (button) {
      const isOpen = document.getElementById(button.dataset.toggle).classList.toggle("open");
      button.setAttribute("aria-expanded", isOpen);
    }
    if (event.target.closest?.("[data-apply]")) choosePeriod();
    const link = event.target.closest?.("a");
    if (link?.dataset.grid) addGridState(link);
    if (link?.dataset.nav && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0) {
      event.preventDefault();
      if (!link.classList.contains("check")) link.closest("details.menu")?.removeAttribute("open");
      if (link.closest("#search-results")) clearSearch();
      go(link.getAttribute("href"));
    }
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.removeAttribute("open");
    }
  });

  /* An export of a grid is in the order, and with the filters, that the grid has now. */
  function addGridState(link) {
    const grid = gridOf(link.dataset.grid);
    if (!grid) return;
    const sortModel = grid.getColumnState().filter((column) => column.sort)
      .map((column) => ({ colId: column.colId, sort: column.sort }));
    const href = new URL(link.href);
    href.searchParams.set("grid", JSON.stringify({ sortModel, filterModel: grid.getFilterModel() }));
    link.href = href;
  }

  function clearSearch() {
    const input = document.getElementById("search");
    const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set;
    set.call(input, "");
    input.dispatchEvent(new Event("input", { bubbles: true }));
    document.activeElement?.blur();
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      if (event.target.closest?.(".custom-period input")) choosePeriod();
      if (event.target.matches?.(".ag-cell")) event.target.querySelector("a")?.click();
    }
    const typing = event.target.closest?.("input, textarea, [contenteditable]");
    const input = document.getElementById("search");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      input?.focus();
    } else if (event.key === "Escape") {
      const open = document.querySelector("details.menu[open]");
      if (open) { open.removeAttribute("open"); open.querySelector("summary").focus(); }
      else if (event.target.closest?.(".find")) clearSearch();
    } else if (event.target.closest?.(".find") && ["ArrowDown", "ArrowUp", "Enter"].includes(event.key)) {
      const results = [...document.querySelectorAll("#search-results a")];
      if (!results.length) return;
      const at = results.indexOf(document.activeElement);
      if (event.key === "Enter") { if (at < 0) { event.preventDefault(); results[0].click(); } return; }
      event.preventDefault();
      const next = at + (event.key === "ArrowDown" ? 1 : -1);
      (results[next] || input).focus();
    }
  });

  /* The tab of this page, and a grid whose filters have changed, after every navigation. */
  function arrived() {
    unsay();
    accept();
    for (const tab of document.querySelectorAll("[data-tab]")) {
      const here = tab.dataset.tab === location.pathname;
      here ? tab.setAttribute("aria-current", "page") : tab.removeAttribute("aria-current");
      tab.href = tab.dataset.tab + location.search;
    }
  }
  window.addEventListener("_dashprivate_pushstate", () => setTimeout(arrived));
  window.addEventListener("popstate", (event) => {
    setTimeout(arrived);
    if (event.state?.top) standAt(event.state.top);
  });
  new MutationObserver((_, observer) => {
    if (document.querySelector("[data-tab]")) { observer.disconnect(); arrived(); }
  }).observe(root, { childList: true, subtree: true });

  /* A refused or failed answer says so, once, in words. */
  const plainFetch = window.fetch;
  window.fetch = async function (...request) {
    const address = String(request[0]?.url || request[0]);
    const isUpdate = address.includes("_dash-update-component"), asked = location.href;
    try {
      const answer = await plainFetch.apply(this, request);
      if (isUpdate && !answer.ok) {
        answer.clone().json().then(
          (body) => {
            if (!body.of?.startsWith("url.")) fail(request, body.error);
            else if (location.href === asked) refuse(body);
          },
          () => fail(request, "The server did not answer as expected. Load the page again."));
      }
      return answer;
    } catch (error) {
      if (isUpdate) {
        fail(request, "The server cannot be reached. What you see is what was loaded before.");
      }
      throw error;
    }
  };
})();
