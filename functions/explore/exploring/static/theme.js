// Before the first paint, so that a chosen theme does not flash. Without a choice the system's holds.
(() => {
  document.documentElement.classList.add("js");
  try {
    const chosen = localStorage.getItem("theme");
    if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
  } catch { /* storage may be forbidden; then the choice lasts for the page */ }
})();
