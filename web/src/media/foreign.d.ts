/** Libraries that come without types of their own, as far as we use them. */

/* Extensions of ECharts, loaded for what they add to it. */
declare module "echarts-gl";
declare module "echarts-liquidfill";
declare module "echarts-wordcloud";

/** Its types are those of the other build. */
declare module "3dmol/build/3Dmol.es6-min.js" {
  export * from "3dmol";
}

declare module "plotly.js-strict-dist-min" {
  type Parts = Record<string, unknown>;
  type Host = HTMLElement;
  export interface Figure {
    data: unknown[];
    layout: Parts;
    frames?: unknown[];
    config?: Parts;
  }
  const plotly: {
    newPlot(host: Host, figure: Figure): Promise<unknown>;
    purge(host: Host): void;
    toImage(host: Host, options: Parts): Promise<string>;
    Plots: { resize(host: Host): Promise<unknown> };
  };
  export default plotly;
}
