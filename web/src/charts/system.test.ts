import { describe, expect, it } from "vitest";

import { systemCharts } from "./system";

const of = (...bare: string[]) => systemCharts(bare.map((key) => `__swanlab__.${key}`));

describe("systemCharts", () => {
  it("draws the same measure of all GPUs in one chart, in the order of their index", () => {
    const charts = of("gpu.10.pct", "gpu.2.pct", "gpu.0.temp");
    expect(charts.map((chart) => chart.name)).toEqual(["gpuUse", "gpuTemperature"]);
    expect(charts[0]?.lines.map((line) => line.index)).toEqual([2, 10]);
    expect(charts[0]?.lines[0]?.key).toBe("__swanlab__.gpu.2.pct");
  });

  it("knows units and what is a share", () => {
    const [cpu, memory] = of("mem.proc", "cpu.pct");
    expect([cpu?.unit, cpu?.share]).toEqual(["%", true]);
    expect([memory?.unit, memory?.share, memory?.group]).toEqual(["MB", false, "process"]);
  });

  it("shows what it does not know, in the group its key names", () => {
    const charts = of("npu.0.pct", "gpu.0.fan", "cpu.freq");
    expect(charts.map((chart) => [chart.name, chart.group, chart.key])).toEqual([
      [null, "cpu", "cpu.freq"],
      [null, "gpu", "gpu.#.fan"],
      [null, "other", "npu.#.pct"],
    ]);
  });
});
