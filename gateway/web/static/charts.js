// Draws the charts of this page anew where one can point at values and drag over a time to come nearer. Without this
// script they are there all the same, drawn by the station, and links lead nearer.
"use strict";
(() => {
  if (!window.uPlot) return;
  const HEIGHT = 260;
  const TICK_WIDTH = 64;
  const language = document.documentElement.lang;
  const drawn = new Map(); // by what is asked for: { plot, root, numbers, newest }

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const withDigits = (decimals) => new Intl.NumberFormat(language, {
    minimumFractionDigits: decimals, maximumFractionDigits: decimals,
  });
  const asField = (seconds, zone) => // as the address has a time: the station's wall clock
    new Date(seconds * 1000).toLocaleString("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" })
      .replace(" ", "T");

  // Where there is no value: lines of one direction for 02, of the other for 01, dots for no data.
  const hatch = (context, kind, dots) => {
    const tile = document.createElement("canvas");
    const size = Math.round(8 * devicePixelRatio);
    tile.width = tile.height = size;
    const pen = tile.getContext("2d");
    pen.strokeStyle = pen.fillStyle = colour(kind === "fault" ? "--limit" : kind === "calibrating" ? "--off" : "--dim");
    pen.lineWidth = devicePixelRatio;
    pen.beginPath();
    if (kind === "missing") pen.arc(size / 2, size / 2, dots, 0, 7);
    else for (const shift of [-size, 0, size]) {
      pen.moveTo(shift, kind === "fault" ? 0 : size);
      pen.lineTo(shift + size, kind === "fault" ? size : 0);
    }
    if (kind === "missing") pen.fill(); else pen.stroke();
    return context.createPattern(tile, "repeat");
  };

  const below = (numbers) => (plot) => {
    const { ctx, bbox } = plot;
    const x = (seconds) => plot.valToPos(seconds, "x", true);
    const y = (value) => Math.min(Math.max(plot.valToPos(value, "y", true), bbox.top), bbox.top + bbox.height);
    ctx.save();
    for (const one of numbers.absent) {
      ctx.fillStyle = hatch(ctx, one.kind, devicePixelRatio);
      ctx.fillRect(x(one.from), bbox.top, x(one.until) - x(one.from), bbox.height);
    }
    const foot = bbox.top + bbox.height;
    for (const [counts, name, height] of [["missing", "--dim", 2], ["calibrating", "--off", 5], ["fault", "--limit", 9]]) {
      ctx.fillStyle = colour(name);
      const tall = height * devicePixelRatio;
      numbers[counts].forEach((count, at) => {
        if (!count) return;
        const left = x(numbers.from + at * numbers.step_s);
        ctx.fillRect(left, foot - tall, Math.max(devicePixelRatio, x(numbers.from + (at + 1) * numbers.step_s) - left), tall);
      });
    }
    ctx.globalAlpha = 0.09;
    ctx.fillStyle = colour("--beyond");
    for (const one of numbers.limits.filter((limit) => !limit.is_of_means)) {
      const [left, right, at] = [x(one.from), x(one.until), y(one.value)];
      const [top, bottom] = one.is_highest ? [bbox.top, at] : [at, foot];
      ctx.fillRect(left, top, right - left, bottom - top);
    }
    ctx.restore();
  };

  const limitLines = (numbers) => (plot) => { // over the grid: a limit is often where one of its lines is
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.strokeStyle = colour("--limit");
    ctx.lineWidth = 1.4 * devicePixelRatio;
    ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
    for (const one of numbers.limits) {
      const [left, right] = [one.from, one.until].map((seconds) => plot.valToPos(seconds, "x", true));
      const at = Math.min(Math.max(plot.valToPos(one.value, "y", true), bbox.top), bbox.top + bbox.height);
      ctx.beginPath();
      ctx.moveTo(left, at);
      ctx.lineTo(right, at);
      ctx.stroke();
    }
    ctx.restore();
  };

  const scaleOf = (numbers) => (plot, least, greatest) => {
    const bounds = numbers.limits.map((one) => one.value);
    const values = [least, greatest, ...bounds].filter((one) => one !== null && one !== undefined);
    if (!values.length) return [0, 1];
    return uPlot.rangeNum(Math.min(...values), Math.max(...values), 0.08, false);
  };

  const comeNearer = (figure, numbers) => (plot) => {
    if (plot.select.width < 8) return;
    const from = plot.posToVal(plot.select.left, "x");
    const until = plot.posToVal(plot.select.left + plot.select.width, "x");
    const to = new URL(figure.dataset.zoom, location.href);
    to.searchParams.delete("last");
    to.searchParams.set("from", asField(Math.max(from, numbers.from), numbers.zone));
    to.searchParams.set("to", asField(Math.max(until, from + 1800), numbers.zone));
    location.assign(to);
  };

  const make = (figure, numbers) => {
    const number = withDigits(numbers.decimals);
    const value = (_, one) => (one === null || one === undefined ? "–" : number.format(one));
    const when = new Intl.DateTimeFormat(language, { timeZone: numbers.zone, dateStyle: "short", timeStyle: "short" });
    const told = (index) => { // when the step begins, and how many of its slots were 01, 02 or missing
      const slots = numbers.slots[index];
      const part = (code, counts) => (counts[index] ? ` · ${code}: ${counts[index]}/${slots}` : "");
      return when.format((numbers.from + index * numbers.step_s) * 1000) + part("01", numbers.calibrating) + part("02", numbers.fault)
        + part("–", numbers.missing);
    };
    const line = { stroke: () => colour("--series"), points: { show: false }, spanGaps: false };
    const axis = { stroke: () => colour("--dim"), grid: { stroke: () => colour("--grid"), width: 1 }, ticks: { show: false } };
    const ticks = numbers.ticks.map((one) => one.at);
    const texts = new Map(numbers.ticks.map((one) => [one.at, one.text]));
    return new uPlot({
      width: figure.clientWidth - 2 * parseFloat(getComputedStyle(figure).paddingLeft), height: HEIGHT,
      cursor: { sync: { key: "station" }, drag: { x: true, y: false, setScale: false } },
      scales: { x: { time: true, range: () => [numbers.from, numbers.until] }, y: { range: scaleOf(numbers) } },
      axes: [
        { ...axis, size: 32, splits: spread(ticks), values: (_, at) => at.map((one) => texts.get(one) ?? "") },
        { ...axis, size: 64, values: (_, at) => at.map((one) => one.toLocaleString(language)) },
      ],
      series: [
        { label: figure.dataset.time, value: (_, at, __, index) => (at === null ? "–" : told(index)) },
        { ...line, label: figure.dataset.greatest, width: 0, value },
        { ...line, label: figure.dataset.mean, width: 1.8, value },
        { ...line, label: figure.dataset.least, width: 0, value },
      ],
      bands: [{ series: [1, 3], fill: () => colour("--band") }],
      hooks: { drawClear: [below(numbers)], drawAxes: [limitLines(numbers)], setSelect: [comeNearer(figure, numbers)] },
    }, columns(numbers));
  };

  // As many of the times as there is room for, evenly: a phone has less of it than the server reckoned with.
  const spread = (ticks) => (plot) => {
    const most = Math.max(2, Math.floor(plot.bbox.width / devicePixelRatio / TICK_WIDTH));
    const step = Math.ceil(ticks.length / most);
    return ticks.filter((_, number) => number % step === 0);
  };

  const columns = (numbers) => [numbers.times, numbers.greatest, numbers.mean, numbers.least];

  const place = (figure, one) => {
    const picture = figure.querySelector("svg.chart");
    if (one.root.parentNode !== figure) picture.after(one.root);
    figure.classList.add("drawn");
  };

  const draw = async (figure) => {
    const asked = figure.dataset.numbers;
    const before = drawn.get(asked);
    if (before) place(figure, before); // at once, so that nothing flickers
    if (before && before.newest === figure.dataset.newest) return;
    const answer = await fetch(asked, { cache: "no-store" });
    if (!answer.ok) return;
    const numbers = await answer.json();
    if (!figure.isConnected) return;
    before?.plot.destroy();
    const plot = make(figure, numbers);
    plot.root.setAttribute("aria-hidden", "true"); // the picture's text and the table tell the same
    const one = { plot, root: plot.root, newest: figure.dataset.newest };
    drawn.set(asked, one);
    place(figure, one);
  };

  const drawAll = () => {
    for (const figure of document.querySelectorAll("figure[data-numbers]")) draw(figure).catch(() => {});
  };
  const again = () => {
    for (const one of drawn.values()) { one.plot.destroy(); }
    drawn.clear();
    drawAll();
  };
  let soon = 0;
  addEventListener("resize", () => { clearTimeout(soon); soon = setTimeout(again, 200); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  document.addEventListener("page-replaced", drawAll);
  drawAll();
})();
