// The colours of a chart's series stand in charts.css, as many as a chart may have series.

const COLOURS_COUNT = 12;

/** The class that gives a series its colour. */
export const seriesClass = (index) => `series-${index % COLOURS_COUNT}`;
