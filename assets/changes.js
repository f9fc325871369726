/* A click on a step of Changes chooses that part, and a second one takes it back. */
(function () {
  "use strict";
  const clientside = (window.dash_clientside = window.dash_clientside || {});

  clientside.changes = {
    choose(clicked) {
      const part = clicked?.points?.[0]?.customdata;
      if (part) {
        const query = new URLSearchParams(location.search);
        query.get("part") === part ? query.delete("part") : query.set("part", part);
        clientside.shell.go(`?${query}`);
      }
      return null;
    },
  };
})();
