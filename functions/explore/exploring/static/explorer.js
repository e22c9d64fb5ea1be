// What a page can do besides being read: renew itself, find as one types, change its theme.
(() => {
  "use strict";

  const TICK_MS = 3000;
  const root = document.documentElement;
  const box = document.getElementById("q");
  const found = document.getElementById("found");

  // The overview asks for itself while somebody can see it.
  if (document.getElementById("live")) {
    const tick = () => {
      if (!document.hidden && !("still" in root.dataset)) document.body.dispatchEvent(new CustomEvent("tick"));
    };
    setInterval(tick, TICK_MS);
    document.addEventListener("visibilitychange", tick);
    // Whoever reads slowly, or has it read out, needs numbers that stand still.
    document.addEventListener("click", (event) => {
      const pause = event.target.closest?.("#pause");
      if (!pause) return;
      const still = pause.getAttribute("aria-pressed") !== "true";
      pause.setAttribute("aria-pressed", String(still));
      if (still) root.dataset.still = "";
      else delete root.dataset.still;
      tick();
    });
    const lost = (is) => { const note = document.getElementById("lost"); if (note) note.hidden = !is; };
    document.addEventListener("htmx:error", (event) => { if (isLive(event)) lost(true); });
    document.addEventListener("htmx:response:error", (event) => { if (isLive(event)) lost(true); });
    document.addEventListener("htmx:after:swap", (event) => { if (isLive(event)) lost(false); });
  }

  function isLive(event) {
    return event.detail?.ctx?.sourceElement?.id === "live";
  }

  // Choosing another label or period changes the ranking and the address; the next look asks for the same.
  document.addEventListener("htmx:config:request", (event) => {
    if (isLive(event)) event.detail.ctx.request.action = location.pathname + location.search;
  });

  // "/" goes to the search box; arrows, Enter and Escape are those of every combobox.
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      box.focus();
      box.select();
    }
  });

  let chosen = null; // the address of the option; the list may be replaced by a longer one
  const options = () => [...found.querySelectorAll("[role=option]")];

  function open(is) {
    found.hidden = !is;
    box.setAttribute("aria-expanded", String(is && options().length > 0));
    if (!is) choose(null);
  }

  function choose(option) {
    chosen = option?.getAttribute("href") ?? null;
    for (const each of options()) each.setAttribute("aria-selected", String(each === option));
    if (option) {
      box.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else {
      box.removeAttribute("aria-activedescendant");
    }
  }

  box.addEventListener("keydown", (event) => {
    const all = options();
    const at = all.findIndex((each) => each.getAttribute("aria-selected") === "true");
    if (event.key === "Escape" && !found.hidden) {
      event.preventDefault();
      open(false);
    } else if (event.key === "Enter" && at >= 0) {
      event.preventDefault();
      location.href = all[at].href;
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && all.length) {
      event.preventDefault();
      open(true);
      const step = event.key === "ArrowDown" ? 1 : -1;
      choose(at < 0 && step < 0 ? all.at(-1) : all[(at + step + all.length) % all.length]);
    }
  });
  box.addEventListener("input", () => { if (box.value.trim().length < 2) open(false); });
  box.addEventListener("focus", () => { if (options().length && box.value.trim().length >= 2) open(true); });
  document.addEventListener("htmx:after:swap", (event) => {
    if (event.detail?.ctx?.target !== found) return;
    choose(options().find((each) => each.getAttribute("href") === chosen));
    open(document.activeElement === box && box.value.trim().length >= 2);
  });
  document.addEventListener("click", (event) => { if (!event.target.closest?.(".find")) open(false); });
  box.form.addEventListener("focusout", (event) => { if (!box.form.contains(event.relatedTarget)) open(false); });

  const button = document.querySelector(".theme");
  button.hidden = false;
  button.addEventListener("click", () => {
    const isDark = root.dataset.theme
      ? root.dataset.theme === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = isDark ? "light" : "dark";
    try { localStorage.setItem("theme", root.dataset.theme); } catch { /* see theme.js */ }
  });
})();
