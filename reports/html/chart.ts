import { html, type Markup } from './markup.ts';
import { NEUTRAL } from './palette.ts';

/** A chart of the page: a Vega-Lite specification, and data that the page unpacks for it. */
export interface Chart {
  readonly id: string;
  /** Says in words what the chart shows, for those who do not see it. */
  readonly description: string;
  readonly renderer: 'svg' | 'canvas';
  readonly spec: Readonly<Record<string, unknown>>;
  /** Becomes the data set `bins`. */
  readonly strips?: Strips;
  /** Becomes the data set `curves`: quantiles at equal shares from 0 to 1. */
  readonly curves?: readonly { readonly policy: string; readonly seconds: readonly number[] }[];
}

/**
 * Bins of several rows over time, drawn a whole number of pixels wide so that neighbours leave no seam: `bins` holds two characters per
 * value, row after row.
 */
interface Strips {
  readonly rows: readonly string[];
  readonly columns: number;
  readonly from: number;
  readonly to: number;
  readonly max: number;
  readonly bins: string;
}

/** The place where a chart will be drawn. */
export function chartFigure(chart: Chart, caption: string | Markup): Markup {
  return html`<figure class="chart ${chart.renderer}">
    <figcaption>${caption}</figcaption>
    <div id="${chart.id}" class="plot" role="img" aria-label="${chart.description}"></div>
  </figure>`;
}

/** What all charts share. Axis texts of SVG charts get the page's ink from the style sheet. */
export const CHART_CONFIG = {
  background: null,
  font: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  view: { stroke: null },
  axis: {
    labelColor: NEUTRAL,
    titleColor: NEUTRAL,
    labelFontSize: 11,
    titleFontSize: 11,
    titleFontWeight: 'normal',
    titlePadding: 8,
    gridColor: NEUTRAL,
    gridOpacity: 0.22,
    domainColor: NEUTRAL,
    domainOpacity: 0.5,
    tickColor: NEUTRAL,
    tickOpacity: 0.5,
    labelOverlap: true,
  },
  legend: { labelColor: NEUTRAL, titleColor: NEUTRAL, labelFontSize: 11 },
};

/** A chart as wide as its place; its height follows from its content. */
export const FIT_WIDTH = { type: 'fit-x', contains: 'padding' };

/** Vega expression that writes an axis value in seconds as people do. */
export const SECONDS_LABEL =
  "datum.value < 1 ? format(datum.value * 1000, ',~r') + ' ms' : format(datum.value, ',~r') + ' s'";
