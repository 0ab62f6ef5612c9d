"use strict";
(() => {
  const line = (x1, y1, x2, y2, style) => ({
    type: "line", shape: { x1, y1, x2, y2 }, style: { ...style, lineWidth: 1.5 },
  });

  // An interval: a line between two ends with a short cap at each, moved aside by some pixels.
  const whisker = (horizontal) => (params, api) => {
    const [at, low, high] = [api.value(0), api.value(1), api.value(2)];
    if (!Number.isFinite(low) || !Number.isFinite(high)) return null;
    const [x1, y1] = api.coord(horizontal ? [low, at] : [at, low]);
    const [x2, y2] = api.coord(horizontal ? [high, at] : [at, high]);
    const aside = api.value(3) || 0;
    const style = { stroke: api.visual("color"), fill: "none" };
    const [dx, dy] = horizontal ? [0, 5] : [4, 0];
    return {
      type: "group",
      ...(horizontal ? { y: aside } : { x: aside }),
      children: [
        line(x1, y1, x2, y2, style),
        line(x1 - dx, y1 - dy, x1 + dx, y1 + dy, style),
        line(x2 - dx, y2 - dy, x2 + dx, y2 + dy, style),
      ],
    };
  };

  // A bar whose width is a span of the number line.
  const bin = (params, api) => {
    if (!Number.isFinite(api.value(2))) return null;
    const [x1, y1] = api.coord([api.value(0), api.value(2)]);
    const [x2, y2] = api.coord([api.value(1), 0]);
    return {
      type: "rect",
      shape: { x: x1 + 0.5, y: y1, width: Math.max(1, x2 - x1 - 1), height: y2 - y1 },
      style: { fill: api.visual("color") },
    };
  };

  // A bar that lies in a row from one place of the axis to another.
  const span = (params, api) => {
    const [x1, y] = api.coord([api.value(0), api.value(2)]);
    const [x2] = api.coord([api.value(1), api.value(2)]);
    const tall = api.size([0, 1])[1] * 0.62;
    return {
      type: "rect",
      shape: { x: x1, y: y - tall / 2, width: Math.max(1, x2 - x1), height: tall },
      style: { fill: api.visual("color"), opacity: api.visual("opacity") },
    };
  };

  // Numbers in rows above the plot. Those that would touch are moved aside together, as little as
  // possible, between the edges of the plot; a thin line leads each to its moment or point.
  const wide = (number) => 7 + 7 * String(number).length;
  const spread = (params, api) => {
    const { x: left, width } = params.coordSys;
    const rows = api.value(3, 0);
    const spots = [];
    for (let row = 0; row < rows; row += 1) {
      const blocks = [];
      let offset = 0;
      for (let i = row; i < params.dataInsideLength; i += rows) {
        const own = wide(api.value(2, i));
        const [at] = api.coord([api.value(0, i), 0]);
        blocks.push({ sum: at - own / 2 - offset, items: [[i, offset + own / 2]] });
        offset += own + 2;
        while (blocks.length > 1 && mean(blocks.at(-2)) > mean(blocks.at(-1))) {
          const last = blocks.pop();
          blocks.at(-1).sum += last.sum;
          blocks.at(-1).items.push(...last.items);
        }
      }
      const furthest = left + width + 10 - (offset - 2);
      for (const block of blocks) {
        const start = Math.min(Math.max(mean(block), left - 10), furthest);
        for (const [i, place] of block.items) spots[i] = [start + place, row];
      }
    }
    return spots;
  };
  const mean = (block) => block.sum / block.items.length;

  const flag = (params, api) => {
    params.context.spots ??= spread(params, api);
    const [at, row] = params.context.spots[params.dataIndexInside];
    const { x: left, y: top } = params.coordSys;
    if (at < left - 10) return null; // no room: the table has it
    const middle = top - 12 - 18 * row;
    const value = api.value(1);
    const told = Number.isFinite(value);
    const [x, point] = api.coord([api.value(0), told ? value : 0]);
    const y = told ? point : top;
    const own = wide(api.value(2));
    const stroke = { stroke: "var(--muted)", lineWidth: 1, fill: "none" };
    return {
      type: "group",
      children: [
        {
          type: "polyline",
          shape: { points: [[at, middle + 7], [x, top - 2], [x, told ? y - 3.5 : y + 1]] },
          style: { ...stroke, opacity: 0.7 },
        },
        ...(told ? [{ type: "circle", shape: { cx: x, cy: y, r: 3.5 }, style: { ...stroke, stroke: "var(--ink)" } }] : []),
        {
          type: "rect",
          shape: { x: at - own / 2, y: middle - 7.5, width: own, height: 15, r: 3 },
          style: { fill: "var(--surface)", stroke: "var(--quiet)", lineWidth: 1 },
        },
        {
          type: "text",
          x: at,
          y: middle,
          style: {
            text: String(api.value(2)), fill: "var(--ink)", fontSize: 11, fontWeight: 600,
            align: "center", verticalAlign: "middle",
          },
        },
      ],
    };
  };

  echarts.registerCustomSeries("whisker-x", whisker(true));
  echarts.registerCustomSeries("whisker-y", whisker(false));
  echarts.registerCustomSeries("bin", bin);
  echarts.registerCustomSeries("span", span);
  echarts.registerCustomSeries("flag", flag);

  const draw = (host) => {
    const option = JSON.parse(document.getElementById(host.dataset.option).textContent);
    const chart = echarts.init(host, null, { renderer: "svg" });
    chart.setOption(option);
    const fit = (size = { width: "auto", height: "auto" }) => {
      chart.resize(size);
      chart.getZr().flush();
      // With a view box the style sheet can scale the drawing down to the paper.
      const svg = host.querySelector("svg");
      svg.setAttribute("viewBox", `0 0 ${chart.getWidth()} ${chart.getHeight()}`);
    };
    fit();
    new ResizeObserver(() => printing || fit()).observe(host);
    return fit;
  };

  let printing = false;
  const fits = [...document.querySelectorAll(".chart")].map(draw);
  const refit = (on, size) => () => {
    printing = on;
    fits.forEach((fit) => fit(size));
  };
  addEventListener("beforeprint", refit(true, { width: 680 }));
  addEventListener("afterprint", refit(false));
})();
