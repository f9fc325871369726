/* How cells of a grid are drawn. */
(function () {
  "use strict";
  const cells = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  const create = (...parts) => window.React.createElement(...parts);
  const MARKS = { active: "●", low: "◐", inactive: "○", "never activated": "◌", onboarding: "◔", "no data": "?", cancelled: "✕", "not started": "·" };
  const written = (value) => value.toLocaleString("en-US", { maximumFractionDigits: Math.abs(value) < 100 ? 1 : 0 });

  const home = () => document.querySelector("[data-tab]").dataset.tab;
  const link = (href, className, words, title) => create("a", { href, className, title, tabIndex: -1, "data-nav": "true" }, words);

  /* This view with `value` among those of `key`, or without it where it already is. */
  function toggled(key, value) {
    const query = new URLSearchParams(location.search);
    const known = query.getAll(key);
    query.delete(key);
    for (const one of known.includes(value) ? known.filter((other) => other !== value) : [...known, value]) query.append(key, one);
    return `?${query}`;
  }
  /* A number of an account, with the way to its rows; behind nothing there are none. */
  function numberOf(words, value, { rows, without }, account) {
    if (!rows || !(value > 0)) return words;
    const query = new URLSearchParams(location.search);
    if (without) query.delete(without);
    query.set("account", account);
    query.set("rows", rows);
    return create("a", { href: `${home()}rows?${query}`, className: "to-rows", tabIndex: -1, "data-nav": "true", "data-value": value }, words);
  }

  cells.AccountLink = ({ value, data }) => {
    if (!data) return null;
    const href = `${home()}account/${encodeURIComponent(data.account_id)}${location.search}`;
    return create("a", { href, "data-nav": "true" }, value);
  };
  cells.StateChip = ({ value }) =>
    value ? link(toggled("state", value), `state ${value.replace(" ", "-")}`,
      `${MARKS[value] || "·"} ${value[0].toUpperCase()}${value.slice(1)}`, "Filter by this state, or no longer") : null;
  cells.Segment = ({ value, colDef }) =>
    value ? link(toggled(colDef.field, value), "to-rows", value, `Filter by ${value}, or no longer`) : null;
  cells.Spark = ({ value }) => {
    if (!value?.length) return null;
    const highest = Math.max(...value, 1e-9);
    const points = value.map((v, i) => `${(2 + (i * 86) / Math.max(value.length - 1, 1)).toFixed(1)},${(16 - (14 * v) / highest).toFixed(1)}`);
    return create("svg", { className: "spark-svg", width: 90, height: 18, "aria-hidden": true },
      create("polyline", { points: points.join(" ") }));
  };
  cells.Number = ({ value, data, ...params }) => (value == null ? null : numberOf(written(value), value, params, data.account_id));
  cells.Change = ({ data }) => {
    if (!data) return null;
    const { value, before } = data;
    if (before == null || (!before && !value)) return "–";
    if (!before) return "new";
    const share = value / before - 1;
    const [kind, arrow] = share > 0 ? ["rise", "▲"] : share < 0 ? ["fall", "▼"] : ["flat", "="];
    return create("span", { className: `change ${kind}` }, `${arrow} ${Math.abs(share * 100).toLocaleString("en-US", { minimumFractionDigits: 1, maximumFractionDigits: 1 })}%`);
  };
  cells.OfTotal = ({ value, data, colDef, ...params }) => {
    if (!data) return null;
    const total = colDef.field === "users" ? data.seats : data.entitled;
    const number = numberOf(written(value), value, params, data.account_id);
    return total == null || total < value ? number : create("span", null, number, ` of ${written(total)}`);
  };
  cells.Contact = ({ data }) => {
    if (!data?.contact) return null;
    const words = data.contact_role ? `${data.contact}, ${data.contact_role}` : data.contact;
    return create("span", { title: [data.contact_email, data.contact_phone].filter(Boolean).join(" · ") }, words);
  };
})();
