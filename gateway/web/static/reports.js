// While a report is being made, what has become of it is asked for once a second.
"use strict";
(() => {
  let next = 0;
  const isMaking = () => document.getElementById("made")?.dataset.making !== undefined;
  const look = async () => {
    next = 0;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("made");
      const old = document.getElementById("made");
      if (answer.ok && fresh && old) old.replaceWith(fresh);
    } catch { /* The line is down: asked again. */ }
    again();
  };
  const again = () => { if (!next && isMaking()) next = setTimeout(look, 1000); };
  document.addEventListener("page-replaced", again);
  again();
})();
