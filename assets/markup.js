/* Draws text that the server has escaped (layouts/markup.py) as one component. What a person has
   opened or focused in it stays so when it is drawn anew. */
(function () {
  "use strict";
  const FOCUSABLE = "a, button, summary, input, select, textarea, [tabindex]";

  class Markup extends window.React.Component {
    constructor(properties) {
      super(properties);
      this.box = window.React.createRef();
    }
    getSnapshotBeforeUpdate() {
      const box = this.box.current;
      return {
        open: [...box.querySelectorAll("details")].map((one) => one.open),
        focused: [...box.querySelectorAll(FOCUSABLE)].indexOf(document.activeElement),
      };
    }
    componentDidUpdate(_before, _state, { open, focused }) {
      const box = this.box.current;
      const details = [...box.querySelectorAll("details")];
      if (details.length === open.length) details.forEach((one, place) => { one.open = open[place]; });
      if (focused >= 0) box.querySelectorAll(FOCUSABLE)[focused]?.focus({ preventScroll: true });
    }
    render() {
      const { id, html } = this.props;
      return window.React.createElement("div", { ref: this.box, id, className: "markup", dangerouslySetInnerHTML: { __html: html } });
    }
    shouldComponentUpdate(next) { return next.html !== this.props.html; }
  }
  window.usage_components = { Markup };
})();
