/* The grid's look, from the product's colours. */
(function () {
  "use strict";
  const functions = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});
  functions.dagTheme = (theme) => theme.withParams({
    fontFamily: "inherit", fontSize: 13, headerFontSize: 12, headerFontWeight: 400,
    backgroundColor: "var(--surface)", foregroundColor: "var(--text)", accentColor: "var(--accent)",
    borderColor: "var(--line)", headerBackgroundColor: "var(--surface)", headerTextColor: "var(--muted)",
    rowHoverColor: "var(--page)", browserColorScheme: "inherit", wrapperBorder: false, wrapperBorderRadius: 0,
    headerColumnResizeHandleColor: "transparent", chromeBackgroundColor: "var(--surface)", cellHorizontalPadding: 10,
  });
})();
