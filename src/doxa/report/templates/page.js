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

  echarts.registerCustomSeries("whisker-x", whisker(true));
  echarts.registerCustomSeries("whisker-y", whisker(false));
  echarts.registerCustomSeries("bin", bin);
  echarts.registerCustomSeries("span", span);

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
