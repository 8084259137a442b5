import { DIGITS, FULL_SCALE } from './encode-bins.ts';

/**
 * The page's own script: unpacks the strips, draws every chart and offers the report as a file. It runs under a policy
 * that forbids eval, so Vega interprets its expressions (`ast`). Sets data-charts to `drawn` when all are there.
 */
export const PAGE_SCRIPT = `
(() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const { charts, config } = read('charts');
  const digits = '${DIGITS}';
  const unpack = ({ rows, columns, from, to, max, bins }) => {
    const width = (to - from) / columns;
    const values = [];
    rows.forEach((row, r) => {
      for (let k = 0; k < columns; k++) {
        const at = 2 * (r * columns + k);
        const code = 64 * digits.indexOf(bins[at]) + digits.indexOf(bins[at + 1]);
        if (code > ${FULL_SCALE}) continue;
        values.push({ row, from: from + k * width, to: from + (k + 1) * width, value: (code / ${FULL_SCALE}) * max });
      }
    });
    return values;
  };
  const curvesOf = (curves) =>
    curves.flatMap(({ policy, seconds }) =>
      seconds.map((value, k) => ({ policy, seconds: value, share: k / (seconds.length - 1) })),
    );
  const filled = (spec, strips, curves, room) => {
    if (curves) return { ...spec, datasets: { curves: curvesOf(curves) } };
    if (!strips) return spec;
    const whole = strips.columns * Math.floor(room / strips.columns);
    return { ...spec, width: whole || room, datasets: { bins: unpack(strips) } };
  };
  const draw = ({ id, spec, renderer, strips, curves }) =>
    vegaEmbed('#' + id, filled(spec, strips, curves, document.getElementById(id).clientWidth - 8), {
      mode: 'vega-lite',
      renderer,
      config,
      actions: false,
      ast: true,
      defaultStyle: false,
      tooltip: { disableDefaultStyle: true },
    }).catch((error) => {
      console.error(error);
      document.getElementById(id).textContent = 'This chart could not be drawn; the tables hold its figures.';
    });
  Promise.all(charts.map(draw)).then(() => {
    document.documentElement.dataset.charts = 'drawn';
  });
  const link = document.getElementById('download');
  link.hidden = false;
  link.addEventListener('click', () => {
    const text = JSON.stringify(read('report'), null, 2) + '\\n';
    link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  });
  addEventListener('beforeprint', () => {
    for (const details of document.querySelectorAll('details')) details.open = true;
  });
})();
`;
