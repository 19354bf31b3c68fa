// What is wrong with what is seen, in words: whatever overflows, is cut, lies on something else, or is too small to be hit
// with a finger. Called in a page, which it leaves as it is.
() => {
  const faults = new Set();
  const width = document.documentElement.clientWidth;
  const told = (element) => {
    const classes = [...element.classList].map((one) => `.${one}`).join("");
    const id = element.id ? `#${element.id}` : "";
    const words = (element.textContent || element.getAttribute("aria-label") || "").trim().replace(/\s+/g, " ");
    return `<${element.tagName.toLowerCase()}${id}${classes}> "${words.slice(0, 50)}"`;
  };
  const isHidden = (element) => {
    for (let one = element; one && one.nodeType === 1; one = one.parentElement) {
      const style = getComputedStyle(one);
      if (style.display === "none" || style.visibility === "hidden" || style.opacity === "0") return true;
      if (style.clipPath === "inset(50%)") return true; // for who does not see
      if (one.matches(".skip:not(:focus)")) return true;
      if (one.tagName === "DETAILS" && !one.open && !element.closest("summary")) return true;
    }
    return false;
  };
  const scroller = (element) => {
    for (let one = element.parentElement; one && one !== document.body; one = one.parentElement) {
      if (["auto", "scroll"].includes(getComputedStyle(one).overflowX)) return one;
    }
    return null;
  };

  // Nothing is wider than the page.
  const root = document.scrollingElement;
  if (root.scrollWidth > root.clientWidth) faults.add(`the page is ${root.scrollWidth - root.clientWidth} px too wide`);
  if (document.body.matches(".wall") && width >= 1024 && root.scrollHeight > innerHeight) {
    faults.add(`a display shows all but ${root.scrollHeight - innerHeight} px of the wall`);
  }
  const all = [...document.body.querySelectorAll("*")].filter(
    (one) => !["SCRIPT", "STYLE", "TEMPLATE", "TITLE", "DESC", "DEFS"].includes(one.tagName.toUpperCase()) && !isHidden(one),
  );
  for (const one of all) {
    const box = one.getBoundingClientRect();
    if (box.width === 0 || box.height === 0) continue;
    if (!scroller(one) && !one.closest("svg *") && (box.right > width + 1 || box.left < -1)) {
      faults.add(`${told(one)} stands ${Math.round(Math.max(box.right - width, -box.left))} px beyond the page's edge`);
    }
    const style = getComputedStyle(one);
    if (["hidden", "clip"].includes(style.overflowX) && one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0) {
      faults.add(`${told(one)} is cut: ${one.scrollWidth - one.clientWidth} px are not seen`);
    }
    const scrolls = ["auto", "scroll"].includes(style.overflowX) && one.scrollWidth > one.clientWidth;
    if (scrolls && one !== root && one.tagName !== "TEXTAREA") {
      if (one.tabIndex < 0 && !one.querySelector("a, button, input")) faults.add(`${told(one)} scrolls, but not by keyboard`);
    }
  }

  // Text stays in its box, and on no other text.
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!node.data.trim() || isHidden(parent) || parent.closest("script, style, noscript, option, title, desc")) continue;
    if (parent.closest("svg")?.getBoundingClientRect().width === 0) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const size = parseFloat(getComputedStyle(parent).fontSize);
    const frame = scroller(parent)?.getBoundingClientRect();
    for (const line of range.getClientRects()) {
      if (line.width < 1 || line.height < 1) continue;
      if (frame && (line.left > frame.right || line.right < frame.left)) continue;
      // The letters themselves: a line's box is higher than what is written in it.
      const cut = Math.max(0, (line.height - size) / 2);
      texts.push({ node, parent, left: line.left, right: line.right, top: line.top + cut, bottom: line.bottom - cut });
    }
    const shown = parent.closest("svg") ? parent.getBoundingClientRect().height / 1.15 : size;
    if (shown < 10.5) faults.add(`${told(parent)} is written in ${shown.toFixed(1)} px`);
  }
  for (const one of texts) {
    const block = one.parent.closest("td, th, .card, button, .button, li, dd, dt, p, h1, h2, h3, label");
    if (!block || one.parent.closest("svg")) continue;
    const box = block.getBoundingClientRect();
    if (one.right > box.right + 1.5 || one.left < box.left - 1.5 || one.bottom > box.bottom + 2) {
      faults.add(`the text "${one.node.data.trim().slice(0, 40)}" sticks out of ${told(block)}`);
    }
  }
  texts.sort((a, b) => a.top - b.top);
  for (let i = 0; i < texts.length && faults.size < 60; i++) {
    for (let j = i + 1; j < texts.length && texts[j].top < texts[i].bottom - 2; j++) {
      const [a, b] = [texts[i], texts[j]];
      if (a.node === b.node) continue;
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const high = Math.min(a.bottom, b.bottom) - b.top;
      if (wide > 2 && high > 3) {
        faults.add(`"${a.node.data.trim().slice(0, 40)}" lies on "${b.node.data.trim().slice(0, 40)}"`);
      }
    }
  }

  // A finger hits what it means: 24 px, or so much space around (WCAG 2.2, 2.5.8); a link within a sentence is exempt.
  const targets = all.filter((one) => one.matches("a[href], button, input:not([type=hidden]), select, summary, textarea"));
  const boxes = targets.map((one) => one.getBoundingClientRect());
  targets.forEach((one, i) => {
    const box = boxes[i];
    if (box.width === 0 || (box.width >= 23.5 && box.height >= 23.5)) return;
    const around = one.parentElement;
    const isInSentence = getComputedStyle(one).display.startsWith("inline") && [...around.childNodes].some(
      (node) => node.nodeType === 3 && node.data.trim().length > 1);
    if (isInSentence) return;
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    const near = boxes.findIndex((other, j) => {
      if (j === i || other.width === 0) return false;
      const dx = Math.max(other.left - x, 0, x - other.right);
      const dy = Math.max(other.top - y, 0, y - other.bottom);
      return Math.hypot(dx, dy) < 12;
    });
    if (near >= 0) {
      faults.add(`${told(one)} is ${Math.round(box.width)} × ${Math.round(box.height)} px, too near to ${told(targets[near])}`);
    }
  });

  // A Vietnamese page speaks Vietnamese; what others said in English is marked as such (WCAG 3.1.2), or quoted in a
  // sentence.
  if (document.documentElement.lang === "vi") {
    const english = /\b(the|there|is|are|was|has|have|not|it|its|of|and|or|which|from|within|since|until|with|no|by|to)\b/gi;
    for (const text of new Set(texts.map((one) => one.node))) {
      if (text.parentElement.closest("[lang=en], [lang=''], code, pre, samp, kbd")) continue;
      const found = new Set((text.data.match(english) || []).map((one) => one.toLowerCase()));
      if (found.size >= 2 && !/[àáảãạăâèéẻẽẹêìíỉĩịòóỏõọôơùúủũụưỳýỷỹỵđ]/i.test(text.data)) faults.add(`it speaks English: "${text.data.trim().replace(/\s+/g, " ").slice(0, 70)}"`);
    }
  }

  for (const one of document.images) {
    if (!isHidden(one) && one.naturalWidth === 0) faults.add(`the picture ${one.getAttribute("src")} is not there`);
  }

  // Words that nobody wrote: a key of the texts, a value of the programming language.
  const odd = document.body.innerText.match(/\b(page|term|column|section)\.[a-z_]+(\.[a-z_]+)*\b|\b(None|undefined|NaN|True|False)\b/);
  if (odd) faults.add(`it says ${odd[0]}`);
  return [...faults];
}
