/** How a curve is drawn: colours from the style sheet, axes, marks and alert bands. */

/** @import {CurveChart} from './curve-chart.js' */
/** @import {Options} from '/vendor/uplot/uPlot.esm.js' */
/** @typedef {InstanceType<typeof import('../vendor.js').UPlot>} Plot */
/** @typedef {{ readonly line: string, readonly area: string, readonly grid: string, readonly text: string, readonly mark: string, readonly page: string, readonly ticket: string }} Ink */

const FONT = '11px ui-sans-serif, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
const BAND_HEIGHT = 5;
/** Right of the curve, for the names of the marks. */
const MARK_ROOM = 48;

/**
 * The colours of the theme in force. A canvas cannot resolve `light-dark()`, a computed `color` is resolved.
 * @param {HTMLElement} element
 * @returns {Ink}
 */
function inkOf(element) {
  const probe = element.appendChild(document.createElement('i'));
  /** @param {string} name */
  const colour = (name) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const ink = {
    line: colour('--curve'),
    area: colour('--curve-area'),
    grid: colour('--line'),
    text: colour('--ink-muted'),
    mark: colour('--mark'),
    page: colour('--fill-exhausted'),
    ticket: colour('--fill-burning'),
  };
  probe.remove();
  return ink;
}

/** @param {Plot} plot @param {number} pixels in CSS pixels */
const scaled = (plot, pixels) => pixels * (plot.ctx.canvas.width / plot.width);

/** Dashed lines with their names at their right end. @param {Plot} plot @param {CurveChart} chart @param {Ink} ink */
function drawMarks(plot, chart, ink) {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.lineWidth = scaled(plot, 1);
  ctx.font = FONT.replace('11px', `${scaled(plot, 11)}px`);
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  ctx.strokeStyle = ink.mark;
  ctx.fillStyle = ink.mark;
  ctx.setLineDash([scaled(plot, 5), scaled(plot, 4)]);
  for (const { value, label } of chart.model.marks) {
    const y = Math.round(plot.valToPos(value, 'y', true));
    if (y < bbox.top - 1 || y > bbox.top + bbox.height + 1) continue;
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.fillText(label, bbox.left + bbox.width + scaled(plot, 5), y);
  }
  ctx.restore();
}

/** When alerts fired: pages as a full strip on the time axis, tickets as half of it. @param {Plot} plot @param {CurveChart} chart @param {Ink} ink */
function drawBands(plot, chart, ink) {
  const { ctx, bbox } = plot;
  ctx.save();
  for (const band of chart.model.bands) {
    const left = plot.valToPos(band.from, 'x', true);
    const width = Math.max(scaled(plot, 2), plot.valToPos(band.to, 'x', true) - left);
    const height = scaled(plot, band.severity === 'page' ? BAND_HEIGHT : BAND_HEIGHT / 2);
    ctx.fillStyle = band.severity === 'page' ? ink.page : ink.ticket;
    ctx.globalAlpha = 0.09;
    ctx.fillRect(left, bbox.top, width, bbox.height);
    ctx.globalAlpha = 1;
    ctx.fillRect(left, bbox.top + bbox.height - height, width, height);
  }
  ctx.restore();
}

/** Hours and minutes; the day where it changes. @param {number} seconds @param {boolean} withDay */
function timeLabel(seconds, withDay) {
  const date = new Date(seconds * 1000);
  const midnight = date.getHours() === 0 && date.getMinutes() === 0;
  if (withDay && midnight) return date.toLocaleDateString('en', { day: 'numeric', month: 'short' });
  return date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
}

/** @param {CurveChart} chart @param {Ink} ink */
function axesOf(chart, ink) {
  const common = { stroke: ink.text, font: FONT, ticks: { show: false } };
  const { ticks } = chart.model;
  return [
    {
      ...common,
      grid: { show: false },
      size: 28,
      space: 64,
      values: (/** @type {Plot} */ _, /** @type {number[]} */ splits) =>
        splits.map((split) => timeLabel(split, true)),
    },
    {
      ...common,
      size: 62,
      space: 34,
      grid: { stroke: ink.grid, width: 1 },
      ...(ticks === undefined
        ? {}
        : {
            splits: () => [...ticks],
            filter: (/** @type {Plot} */ _, /** @type {number[]} */ splits) => splits,
          }),
      values: (/** @type {Plot} */ _, /** @type {number[]} */ splits) =>
        splits.map((split) => chart.model.tickFormat(split)),
    },
  ];
}

/** @param {CurveChart} chart @returns {NonNullable<Options['scales']>} */
function scalesOf(chart) {
  return {
    x: { time: true, range: () => [chart.model.from, chart.model.to] },
    y: {
      range: () => [chart.model.range.min, chart.model.range.max],
      ...(chart.model.scale === 'compressed' ? { distr: 4, asinh: 1 } : {}),
    },
  };
}

/**
 * The options of one drawing. Everything that changes with the data is read from the chart's model at each drawing.
 * @param {CurveChart} chart
 * @param {{ readonly size: { width: number, height: number }, readonly moved: (index: number | null) => void }} options
 * @returns {Options}
 */
export function chartOptions(chart, { size, moved }) {
  const ink = inkOf(chart);
  return {
    ...size,
    legend: { show: false },
    padding: [10, MARK_ROOM, 0, 0],
    cursor: {
      y: false,
      drag: { x: false, y: false },
      points: { size: 7, fill: ink.line },
      sync: { key: 'slo' },
    },
    scales: scalesOf(chart),
    axes: axesOf(chart, ink),
    series: [
      {},
      {
        stroke: ink.line,
        width: 1.5,
        fill: ink.area,
        fillTo: () => chart.model.range.min,
        points: { size: 4 },
      },
    ],
    hooks: {
      drawClear: [(plot) => drawBands(plot, chart, ink)],
      draw: [(plot) => drawMarks(plot, chart, ink)],
      setCursor: [(plot) => moved(plot.cursor.idx ?? null)],
    },
  };
}
