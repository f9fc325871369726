/* The order, the filter and the place of a grid stay with the entry of the history they were in: Back, and loading
   the page again, return to them. */
(function () {
  "use strict";
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  const GIVEN = ["wheel", "touchstart", "keydown", "mousedown"];
  const grids = new Map();

  const viewport = (id) => document.querySelector(`#${id} .ag-body-viewport`);

  function viewOf(id, api) {
    const sort = api.getColumnState().filter((column) => column.sort)
      .map(({ colId, sort, sortIndex }) => ({ colId, sort, sortIndex }));
    return { sort, filter: api.getFilterModel(), top: viewport(id)?.scrollTop || 0 };
  }

  function keep(id, api) {
    if (api.isDestroyed() || grids.get(id)?.wanted) return;
    history.replaceState({ ...history.state, grids: { ...history.state?.grids, [id]: viewOf(id, api) } }, "");
  }

  /* Columns and rows come one after the other: each time what can be restored by now is, until somebody acts. */
  function restore(id, api) {
    const wanted = grids.get(id)?.wanted;
    if (!wanted || api.isDestroyed()) return;
    const now = viewOf(id, api);
    if (JSON.stringify(now.sort) !== JSON.stringify(wanted.sort)) {
      api.applyColumnState({ state: wanted.sort, defaultState: { sort: null } });
    }
    if (JSON.stringify(now.filter) !== JSON.stringify(wanted.filter)) api.setFilterModel(wanted.filter);
    if (wanted.top !== now.top && viewport(id)) viewport(id).scrollTop = wanted.top;
  }

  function want(id, api, view) {
    if (!view) { keep(id, api); return; }
    const own = grids.get(id);
    own.wanted = view;
    const stop = () => {
      GIVEN.forEach((name) => window.removeEventListener(name, stop, true));
      if (own.wanted === view) own.wanted = null;
    };
    GIVEN.forEach((name) => window.addEventListener(name, stop, { capture: true, passive: true }));
    setTimeout(stop, 10000);
    restore(id, api);
  }

  async function watch(id) {
    const api = await window.dash_ag_grid.getApiAsync(id);
    if (grids.get(id)?.api === api) return;
    grids.set(id, { api, wanted: null });
    for (const name of ["sortChanged", "filterChanged", "bodyScrollEnd"]) api.addEventListener(name, () => keep(id, api));
    for (const name of ["gridColumnsChanged", "modelUpdated", "firstDataRendered"]) api.addEventListener(name, () => restore(id, api));
    want(id, api, history.state?.grids?.[id]);
  }

  clientside.grids = {
    watch(id) {
      watch(id);
      return window.dash_clientside.no_update;
    },
  };
  window.addEventListener("popstate", () => {
    for (const [id, { api }] of grids) {
      if (api.isDestroyed()) grids.delete(id);
      else want(id, api, history.state?.grids?.[id]);
    }
  });
  /* What is left by a click is left as it stands, and a new address starts there. */
  const keepAll = () => { for (const [id, { api }] of grids) keep(id, api); };
  document.addEventListener("click", keepAll, true);
  window.addEventListener("_dashprivate_pushstate", keepAll);
})();
