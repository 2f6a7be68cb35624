import { describe, expect, it } from "vitest";

import { readOption } from "./option";
import { Problem } from "./problem";

const read = (option: unknown) => readOption(JSON.stringify(option));

describe("an option of ECharts", () => {
  it("stays what it was where it is only data", () => {
    const option = {
      title: { text: "Loss (a) => b" },
      series: [{ type: "bar", name: "function f() {", data: [1, { value: 2, name: "x < y" }] }],
    };
    expect(read(option)).toEqual({
      option,
      functions: 0,
      kinds: ["bar"],
      title: "Loss (a) => b",
      needs: { gl: false, liquid: false, cloud: false },
    });
  });

  it("loses its functions, which are counted", () => {
    const { option, functions } = read({
      series: [
        { type: "bar", label: { formatter: "function (x) { return x.name; }", show: true } },
        { type: "line", symbolSize: "(value) => value * 2", itemStyle: { color: "x => 'red'" } },
      ],
    });
    expect(functions).toBe(3);
    expect(option.series).toEqual([
      { type: "bar", label: { show: true } },
      { type: "line", itemStyle: {} },
    ]);
  });

  it("writes no HTML and no CSS: its tooltips are drawn", () => {
    const { option } = read({
      tooltip: {
        formatter: "{b}<br/><img src=x onerror=alert(1)><b>{c}</b>",
        extraCssText: "position:fixed",
        className: "x",
        appendTo: "body",
      },
      series: [{ type: "pie", tooltip: [{ formatter: "<i>{a}</i>" }], data: [] }],
      toolbox: { feature: { dataView: { lang: ["<b>"] }, myTool: { icon: "x" }, restore: {} } },
    });
    expect(option).toEqual({
      tooltip: { formatter: "{b}\n{c}", renderMode: "richText" },
      series: [{ type: "pie", tooltip: [{ formatter: "{a}", renderMode: "richText" }], data: [] }],
      toolbox: { feature: { restore: {} } },
    });
  });

  it("fetches nothing and leads nowhere but to the web", () => {
    const { option } = read({
      title: {
        text: "t",
        link: "javascript:alert(1)",
        sublink: "https://example.org",
        target: "self",
      },
      graphic: [{ type: "image", style: { image: "https://example.org/a.png" } }],
      series: [
        { type: "scatter", symbol: ["image:///api/v1/x", "image://data:image/png;base64,AA"] },
      ],
      globe: { baseTexture: "//example.org/world.jpg", environment: "#000" },
    });
    expect(option.title).toEqual({
      text: "t",
      sublink: "https://example.org",
      target: "self",
      subtarget: "blank",
    });
    expect(option.graphic).toEqual([{ type: "image", style: {} }]);
    expect(option.series).toEqual([
      { type: "scatter", symbol: [undefined, "image://data:image/png;base64,AA"] },
    ]);
    expect(option.globe).toEqual({ environment: "#000" });
  });

  it("says what is needed to draw it, along a timeline too", () => {
    expect(read({ series: { type: "bar3D" } }).needs.gl).toBe(true);
    expect(read({ grid3D: {}, series: [] }).needs.gl).toBe(true);
    expect(read({ options: [{ series: [{ type: "liquidFill" }] }] }).needs.liquid).toBe(true);
    expect(read({ baseOption: { series: [{ type: "wordCloud" }] } }).needs.cloud).toBe(true);
  });

  it.each([
    ["lies on a map", { series: [{ type: "map", map: "china" }] }, "viewer.noMap"],
    ["lies on a map of its own", { geo: { map: "china" } }, "viewer.noMap"],
    ["lies on pictures of others", { bmap: {}, series: [] }, "viewer.tiles"],
    [
      "is drawn by a function",
      { series: [{ type: "custom", renderItem: "() => 1" }] },
      "viewer.byFunction",
    ],
  ])("that %s is a problem", (_, option, text) => {
    expect(() => read(option)).toThrow(expect.objectContaining({ text }));
  });

  it("that is no object, or nested without end, is a problem", () => {
    for (const text of ["", "[]", "1", `${'{"a":'.repeat(100)}1${"}".repeat(100)}`])
      expect(() => readOption(text)).toThrow(Problem);
  });
});
