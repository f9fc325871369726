/* The lines of Usage over time: a click opens what is behind a point, the pointer lights a line. */
(function () {
  "use strict";
  const clientside = (window.dash_clientside = window.dash_clientside || {});

  /* Everything else in the address stays: a point is one bucket of one application. */
  function open(clicked) {
    const point = clicked?.points?.[0];
    const last = point?.customdata?.[0];
    if (last) {
      const query = new URLSearchParams(location.search);
      query.set("period", `${String(point.x).slice(0, 10)}..${last}`);
      const application = traces()[point.curveNumber]?.meta.app;
      if (application) query.set("app", application);
      clientside.shell.go(`?${query}`);
    }
    return null;
  }

  function chart() { return document.querySelector("#usage-chart .js-plotly-plot"); }
  function traces() { return chart()?.data || []; }

  function light(application) {
    const drawn = chart()?.querySelectorAll(".scatterlayer .trace") || [];
    traces().forEach((trace, place) => {
      drawn[place]?.classList.toggle("lit", Boolean(application) && trace.meta?.app === application);
    });
  }

  document.addEventListener("mouseover", (event) => {
    const row = event.target.closest?.(".page-usage .rail-row");
    if (row) light(row.dataset.line);
  });

  clientside.usage = {
    open,
    light(hovered) {
      light(traces()[hovered?.points?.[0]?.curveNumber]?.meta?.app);
      return window.dash_clientside.no_update;
    },
  };
})();
