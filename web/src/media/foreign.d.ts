/** Extensions of ECharts that come without types; they are loaded for what they add to it. */
declare module "echarts-gl";
declare module "echarts-liquidfill";
declare module "echarts-wordcloud";
