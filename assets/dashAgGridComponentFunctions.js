/* How cells of a grid are drawn. */
(function () {
  "use strict";
  const cells = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  const create = (...parts) => window.React.createElement(...parts);
  const MARKS = { active: "●", low: "◐", inactive: "○", "never activated": "◌", onboarding: "◔", "no data": "?", cancelled: "✕", "not started": "·" };
  const written = (value) => value.toLocaleString("en-US", { maximumFractionDigits: Math.abs(value) < 100 ? 1 : 0 });

  cells.AccountLink = ({ value, data }) => {
    if (!data) return null;
    const query = new URLSearchParams(location.search);
    query.set("account", data.account_id);
    return create("a", { href: `?${query}`, "data-nav": "true" }, value);
  };
  cells.StateChip = ({ value }) =>
    value ? create("span", { className: `state ${value.replace(" ", "-")}` },
      `${MARKS[value] || "·"} ${value[0].toUpperCase()}${value.slice(1)}`) : null;
  cells.Spark = ({ value }) => {
    if (!value?.length) return null;
    const highest = Math.max(...value, 1e-9);
    const points = value.map((v, i) => `${(2 + (i * 86) / Math.max(value.length - 1, 1)).toFixed(1)},${(16 - (14 * v) / highest).toFixed(1)}`);
    return create("svg", { className: "spark-svg", width: 90, height: 18, "aria-hidden": true },
      create("polyline", { points: points.join(" ") }));
  };
  cells.Number = ({ value }) => (value == null ? null : written(value));
  cells.Change = ({ data }) => {
    if (!data) return null;
    const { value, before } = data;
    if (before == null || (!before && !value)) return "–";
    if (!before) return "new";
    const share = value / before - 1;
    const [kind, arrow] = share > 0 ? ["rise", "▲"] : share < 0 ? ["fall", "▼"] : ["flat", "="];
    return create("span", { className: `change ${kind}` }, `${arrow} ${Math.abs(share * 100).toLocaleString("en-US", { minimumFractionDigits: 1, maximumFractionDigits: 1 })}%`);
  };
  cells.OfTotal = ({ value, data, colDef }) => {
    if (!data) return null;
    const total = colDef.field === "users" ? data.seats : data.entitled;
    return total == null || total < value ? written(value) : `${written(value)} of ${written(total)}`;
  };
  cells.Contact = ({ data }) => {
    if (!data?.contact) return null;
    const words = data.contact_role ? `${data.contact}, ${data.contact_role}` : data.contact;
    return create("span", { title: [data.contact_email, data.contact_phone].filter(Boolean).join(" · ") }, words);
  };
})();
