/* The lines of Usage over time: a click opens what is behind a point, the pointer lights a line, and on a narrow screen
   the chart is made to fit. */
(function () {
  "use strict";
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  const narrow = matchMedia("(max-width: 600px)");
  const MOST_TICKS = 5;
  let drawn = null;
  let clicked = null;

  /* Everything else in the address stays: a point is one bucket of one application. */
  function open(data) {
    const point = data?.points?.[0];
    const last = point?.customdata?.[0];
    if (last) {
      const query = new URLSearchParams(location.search);
      query.set("period", `${String(point.x).slice(0, 10)}..${last}`);
      const application = traces()[point.curveNumber]?.meta?.app;
      if (application) query.set("app", application);
      hush();
      clientside.shell.go(`?${query}`);
    }
    return null;
  }

  /* What was hovered is not what lies there once the chart is drawn anew: nothing is said until the pointer moves. */
  function hush() {
    clicked = pointer;
    document.documentElement.toggleAttribute("data-usage-hush", true);
  }

  let pointer = "";
  document.addEventListener("pointermove", (event) => {
    pointer = `${event.clientX},${event.clientY}`;
    if (clicked !== null && clicked !== pointer) {
      clicked = null;
      document.documentElement.toggleAttribute("data-usage-hush", false);
    }
  }, true);

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

  /* Names stand over the ends of the lines instead of beside them, and fewer days have their words. */
  function fitted(figure) {
    if (!figure || !narrow.matches) return figure;
    const { layout } = figure;
    const annotations = (layout.annotations || []).map((one) => (
      one.name === "end" ? { ...one, xanchor: "right", yanchor: "bottom", xshift: 4, yshift: 6 } : one
    ));
    const margin = { ...layout.margin, r: 24, t: Math.max(layout.margin.t, 22) };
    return { ...figure, layout: { ...layout, annotations, margin, xaxis: { ...layout.xaxis, ...ticks(layout.xaxis) } } };
  }

  function ticks({ tickvals, ticktext }) {
    if (!tickvals) return { nticks: MOST_TICKS };
    const step = Math.ceil(tickvals.length / MOST_TICKS);
    const kept = tickvals.map((_, place) => place).filter((place) => (tickvals.length - 1 - place) % step === 0);
    const year = (place) => (place === undefined ? "" : tickvals[place].slice(0, 4));
    return {
      tickvals: kept.map((place) => tickvals[place]),
      ticktext: kept.map((place, nth) => {
        const word = ticktext[place].split("<br>")[0];
        return year(kept[nth - 1]) === year(place) ? word : `${word}<br>${year(place)}`;
      }),
    };
  }

  narrow.addEventListener("change", () => {
    if (drawn && chart()) clientside.set_props("usage-chart", { figure: fitted(drawn) });
  });

  clientside.usage = {
    open,
    fit(figure) {
      drawn = figure;
      return fitted(figure) || clientside.no_update;
    },
    light(hovered) {
      light(traces()[hovered?.points?.[0]?.curveNumber]?.meta?.app);
      return clientside.no_update;
    },
  };
})();
