// Streams of measurements as lines: which stream, field and tag, over which time, and as of which moment.
"use strict";
(() => {
  const root = document.getElementById("plot");
  const at = (name) => root.querySelector(`[name=${name}]`);
  const [stream, field, fn, tag, groupBy, windowSize, asOf] = ["stream", "field", "fn", "tag", "groupBy", "window", "asOf"].map(at);
  const [moment, note, chart, table] = ["output", ".note", ".chart", "table"].map((part) => root.querySelector(part));
  const second = 1000, minute = 60 * second, hour = 60 * minute, day = 24 * hour;
  const windows = [["1s", second], ["10s", 10 * second], ["1m", minute], ["5m", 5 * minute], ["15m", 15 * minute], ["1h", hour], ["6h", 6 * hour], ["1d", day], ["7d", 7 * day], ["30d", 30 * day], ["365d", 365 * day]];
  const [pointsWanted, rowsMax, linesMax, tagValuesMax] = [400, 20000, 12, 200];
  const lineColours = ["--line-1", "--line-2", "--line-3", "--line-4", "--line-5", "--line-6"];
  let info = null, range = null, plot = null, asked = 0, shown = null;

  const colour = (name) => getComputedStyle(root).getPropertyValue(name).trim();
  const path = () => { const [workspace, name] = stream.value.split("/"); return `/v1/${encodeURIComponent(workspace)}/series/${encodeURIComponent(name)}`; };

  async function ask(url) {
    const answer = await fetch(url, { headers: { accept: "application/json" } });
    const body = await answer.json();
    if (!answer.ok) throw new Error(body.code === "stream_not_found" ? "Nothing was known of this stream then." : body.detail);
    return body;
  }

  function fill(select, options, keep) {
    const before = select.value;
    select.replaceChildren(...options.map(([value, text]) => new Option(text, value)));
    if (keep && options.some(([value]) => value === before)) select.value = before;
  }

  // What is chosen stands behind the # of the address, so that a plot can be sent to somebody.
  const choices = [stream, field, fn, tag, groupBy, windowSize];
  const wanted = new URLSearchParams(location.hash.slice(1));
  function recall() {
    for (const one of choices) {
      const value = wanted.get(one.name);
      if (value !== null && [...one.options].some((option) => option.value === value)) one.value = value;
    }
  }
  const remember = () => history.replaceState(null, "", "#" + new URLSearchParams(choices.filter((one) => one.value).map((one) => [one.name, one.value])));

  // The slider goes from when the stream came to be to now; its right end is now, whatever comes meanwhile.
  function momentAsked() {
    if (Number(asOf.value) >= Number(asOf.max)) return null;
    const [first, last] = [Date.parse(info.createdAt), info.readAt];
    return new Date(first + (last - first) * Number(asOf.value) / Number(asOf.max)).toISOString();
  }

  async function choose() {
    note.textContent = "Reading…";
    info = await ask(path());
    info.readAt = Date.now();
    range = info.firstTime === null ? null : [Date.parse(info.firstTime), Date.parse(info.lastTime) + 1];
    fill(field, info.fields.map((name) => [name, name]), true);
    fill(groupBy, [["", "nothing"], ...Object.keys(info.tags).map((name) => [name, name])], true);
    fill(tag, [["", "all"], ...Object.entries(info.tags).flatMap(([name, values]) => values.slice(0, tagValuesMax).map((value) => [JSON.stringify([name, value]), `${name} = ${value}`]))], true);
    asOf.value = asOf.max;
    recall();
    await draw();
  }

  function query(from, to, size) {
    const parameters = new URLSearchParams({ field: field.value, fn: fn.value, window: size, limit: "10000", from: new Date(from).toISOString(), to: new Date(to).toISOString() });
    if (groupBy.value) parameters.set("groupBy", groupBy.value);
    if (tag.value) { const [name, value] = JSON.parse(tag.value); parameters.set(`tag.${name}`, value); }
    const then = momentAsked();
    if (then) parameters.set("asOf", then);
    return `${path()}/aggregate?${parameters}`;
  }

  async function draw() {
    const turn = ++asked;
    for (const one of choices) wanted.delete(one.name);
    remember();
    const then = momentAsked();
    moment.textContent = then ?? "now";
    if (range === null || !field.value) { note.textContent = "The stream has no points."; return show([[]], [], 0); }
    const [from, to] = range;
    const size = windowSize.value || (windows.find(([, length]) => (to - from) / length <= pointsWanted) ?? windows.at(-1))[0];
    note.textContent = "Reading…";
    const rows = [];
    for (let next = query(from, to, size); next && rows.length < rowsMax;) {
      const page = await ask(next);
      rows.push(...page.value);
      next = page.nextLink;
    }
    if (turn !== asked) return;
    const lines = new Map(), times = [...new Set(rows.map((row) => row.start))].sort();
    const places = new Map(times.map((time, place) => [time, place]));
    for (const row of rows) {
      const name = Object.values(row.tags)[0] ?? field.value;
      if (!lines.has(name)) { if (lines.size === linesMax) continue; lines.set(name, new Array(times.length).fill(null)); }
      lines.get(name)[places.get(row.start)] = fn.value === "count" ? row.count : row[fn.value];
    }
    note.textContent = `${fn.value} of ${field.value} by ${size}: ${rows.length} values of ${lines.size} line${lines.size === 1 ? "" : "s"}, as known ${then ? "at " + then : "now"}.`
      + (rows.length >= rowsMax ? " There are more; a longer window shows all." : "");
    show([times.map((time) => Date.parse(time) / 1000), ...lines.values()], [...lines.keys()], rows.length);
  }

  function show(data, names, count) {
    shown = [data, names, count];
    plot?.destroy();
    plot = null;
    const axis = { stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line"), width: 1 } };
    if (count > 0) {
      plot = new uPlot({
        width: chart.clientWidth, height: 320, scales: { x: { time: true } }, axes: [axis, axis],
        series: [{}, ...names.map((label, place) => ({ label, stroke: colour(lineColours[place % lineColours.length]), dash: place < lineColours.length ? undefined : [6, 4], width: 1.5, spanGaps: false, points: { show: data[0].length < 60 } }))],
        hooks: { setSelect: [(self) => zoom(self)] }, cursor: { drag: { x: true, y: false, setScale: false } },
      }, data, chart);
    }
    chart.setAttribute("aria-label", note.textContent);
    const head = table.createTHead(), body = table.tBodies[0] ?? table.createTBody();
    head.replaceChildren(row("th", ["time", ...names]));
    body.replaceChildren(...data[0].slice(0, 1000).map((time, place) => row("td", [new Date(time * 1000).toISOString(), ...data.slice(1).map((line) => line[place] ?? "")])));
    root.dataset.rows = String(count);
    root.dataset.state = "drawn";
  }

  function row(cell, texts) {
    const line = document.createElement("tr");
    line.append(...texts.map((text) => { const one = document.createElement(cell); one.textContent = text; return one; }));
    return line;
  }

  function zoom(self) {
    if (self.select.width < 4) return;
    range = [self.posToVal(self.select.left, "x") * 1000, self.posToVal(self.select.left + self.select.width, "x") * 1000].map(Math.round);
    run(draw);
  }

  async function run(what) {
    root.dataset.state = "reading";
    try { await what(); }
    catch (error) { show([[]], [], 0); note.textContent = error.message; root.dataset.state = "refused"; }
  }

  let slow = 0;
  stream.addEventListener("change", () => run(choose));
  for (const one of [field, fn, tag, groupBy, windowSize]) one.addEventListener("change", () => run(draw));
  asOf.addEventListener("input", () => { moment.textContent = momentAsked() ?? "now"; clearTimeout(slow); slow = setTimeout(() => run(draw), 120); });
  root.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
  at("whole").addEventListener("click", () => run(choose));
  new ResizeObserver(() => plot?.setSize({ width: chart.clientWidth, height: 320 })).observe(chart);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => shown && show(...shown));
  recall();
  run(choose);
})();
