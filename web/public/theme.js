// Before the first paint, so that a dark page never flashes white. A file of its own and not inline,
// so that the server can forbid inline scripts.
(function () {
  var choice = "system";
  try {
    choice = localStorage.getItem("swanlab.theme") || "system";
  } catch {
    // Storage is forbidden here: follow the system.
  }
  var dark =
    choice === "dark" ||
    (choice === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
