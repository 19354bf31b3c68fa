// Live update: when the server says that there is news, this page is asked for again, and what it shows is replaced.
// Without this script everything is there all the same, after a reload.
"use strict";
(() => {
  const main = document.getElementById("main");
  if (!main || !main.dataset.live || !window.EventSource) return;
  const changed = new EventSource(main.dataset.live);
  let asking = false;
  let again = false;

  // What somebody is writing, has opened or has marked stays as it is.
  const isInUse = () =>
    main.querySelector("form :focus, details[open] form") !== null ||
    [...main.querySelectorAll("input:not([type=hidden]), textarea")].some((one) => one.value !== one.defaultValue) ||
    !document.getSelection().isCollapsed;

  const replace = (old, fresh) => {
    if (!old || !fresh) return;
    const opened = new Set([...old.querySelectorAll("details[open][id]")].map((one) => one.id));
    for (const one of fresh.querySelectorAll("details[id]")) one.open = one.open || opened.has(one.id);
    const focused = document.activeElement && old.contains(document.activeElement) ? same(document.activeElement) : "";
    old.replaceChildren(...fresh.childNodes);
    if (focused) old.querySelector(focused)?.focus({ preventScroll: true });
  };

  // Where the keyboard is, it stays: on the same link or summary of the new page.
  const same = (one) => {
    if (one.id) return `#${CSS.escape(one.id)}`;
    if (one.matches("a[href]")) return `a[href="${CSS.escape(one.getAttribute("href"))}"]`;
    return one.matches("details[id] > summary") ? `#${CSS.escape(one.parentElement.id)} > summary` : "";
  };

  const ask = async () => {
    if (asking) { again = true; return; }
    if (document.hidden || isInUse()) return;
    asking = true;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
      if (answer.redirected) { location.reload(); return; }
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (isInUse()) return;
      replace(document.getElementById("standing"), fresh.getElementById("standing"));
      replace(main, fresh.getElementById("main"));
      document.dispatchEvent(new CustomEvent("page-replaced"));
    } catch { /* The line is down: the next event asks again. */ } finally {
      asking = false;
      if (again) { again = false; ask(); }
    }
  };

  changed.addEventListener("changed", ask);
  document.addEventListener("visibilitychange", ask);
})();
