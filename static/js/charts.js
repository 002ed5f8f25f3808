// Draws the charts of a page: each `[data-chart]` names the JSON beside it (records.figures.contexts.Chart.drawn).
// Without this script, or without ECharts, the tables beneath stand open and say the same.
(() => {
  "use strict";

  if (!window.echarts) return;
  // Told apart without colour as well: a line by its dashes and points, a column by its pattern.
  const DASHES = ["solid", "dashed", "dotted", [12, 4, 2, 4], [2, 6]];
  const POINTS = ["circle", "rect", "triangle", "diamond", "emptyCircle"];
  const PATTERNS = [
    { symbol: "none" },
    { dashArrayX: [1, 0], dashArrayY: [3, 4], rotation: -Math.PI / 4 },
    { symbol: "circle", dashArrayX: [[6, 6], [0, 6, 6, 0]], dashArrayY: [6, 0], symbolSize: 0.7 },
    { dashArrayX: [1, 0], dashArrayY: [2, 5], rotation: Math.PI / 4 },
    { dashArrayX: [[1, 0], [1, 6]], dashArrayY: [1, 0, 6, 0], rotation: Math.PI / 4 },
  ];
  const shade = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");

  function pattern(at) {
    const decal = PATTERNS[at % PATTERNS.length];
    return decal.symbol === "none" ? decal : { color: "rgba(255, 255, 255, .75)", ...decal };
  }

  function options(chart, width) {
    const [ink, soft, line, sheet] = ["--ink", "--ink-soft", "--line", "--sheet"].map(shade);
    // Green, blue, grey, plum, brown: amber and red say soon and overdue, and nothing here is either.
    const colours = ["--bamboo", "--chart-2", "--chart-3", "--chart-4", "--chart-5"].map(shade);
    const across = chart.drawing === "bars";
    const many = chart.series.length > 1;
    const words = { color: ink, fontFamily: getComputedStyle(document.body).fontFamily };
    const names = {
      type: "category",
      data: chart.short,
      inverse: across,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: line } },
      axisLabel: { ...words, color: soft, hideOverlap: true, ...(across ? { width: Math.min(170, width * 0.4), overflow: "truncate" } : {}) },
    };
    const values = {
      type: "value",
      minInterval: 1,
      max: chart.most || null,
      axisLabel: { ...words, color: soft, formatter: chart.unit === "%" ? "{value}%" : "{value}" },
      splitLine: { lineStyle: { color: line } },
    };
    // The windows of the plan, above each other along the top.
    const bands = chart.bands.map((band, at) => ({
      type: "line",
      name: band.name,
      data: [],
      silent: true,
      tooltip: { show: false },
      markArea: {
        silent: true,
        itemStyle: { color: colours[at % colours.length], opacity: 0.08, borderColor: colours[at % colours.length], borderWidth: 1, borderType: "dashed" },
        label: { ...words, color: soft, position: "insideTopLeft", distance: 4, offset: [0, (at % 4) * 14], fontSize: 11 },
        data: [[{ name: band.name, xAxis: band.first }, { xAxis: band.last }]],
      },
    }));
    const series = chart.series.map((one, at) => {
      const colour = colours[at % colours.length];
      if (chart.drawing === "lines") {
        return {
          name: one.name, type: "line", data: one.values, connectNulls: false, color: colour, symbolSize: 7,
          symbol: POINTS[at % POINTS.length], lineStyle: { type: DASHES[at % DASHES.length], width: 2.5 },
        };
      }
      return {
        name: one.name, type: "bar", data: one.values, color: colour, barMaxWidth: 28,
        stack: chart.drawing === "stacked" ? "all" : null,
        itemStyle: { borderColor: colour, borderWidth: 1, decal: many ? pattern(at) : null },
        label: across ? { ...words, show: true, position: "right" } : { show: false },
      };
    });
    return {
      animation: !still.matches,
      aria: { enabled: false },
      textStyle: words,
      grid: { left: 8, right: across ? 40 : 16, top: many ? 44 : 16, bottom: 8, containLabel: true },
      legend: many ? { type: "scroll", top: 0, left: 0, data: chart.series.map((one) => one.name), textStyle: words, itemWidth: 34 } : { show: false },
      tooltip: {
        // Rich text: the page's policy allows no styles in markup.
        renderMode: "richText", trigger: "axis", confine: true, backgroundColor: sheet, borderColor: line, textStyle: words,
        axisPointer: { type: chart.drawing === "lines" ? "line" : "shadow" },
        valueFormatter: (value) => (value === null || value === undefined ? "—" : `${value} ${chart.unit}`),
      },
      xAxis: across ? values : names,
      yAxis: across ? names : values,
      series: [...series, ...bands],
    };
  }

  function draw(figure) {
    const place = figure.querySelector(".chart-drawing");
    const data = document.getElementById(figure.dataset.chart);
    if (!place || !data) return null;
    const chart = JSON.parse(data.textContent);
    figure.classList.add("is-drawn");
    const drawing = window.echarts.init(place, null, { renderer: "svg" });
    const show = () => drawing.setOption(options(chart, place.clientWidth), true);
    show();
    figure.querySelector(".chart-table").open = false;
    return { show, resize: () => { drawing.resize(); show(); } };
  }

  const drawn = [...document.querySelectorAll("[data-chart]")].map(draw).filter(Boolean);
  let waiting = 0;
  window.addEventListener("resize", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => drawn.forEach((one) => one.resize()), 150);
  });
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawn.forEach((one) => one.show()));
})();
