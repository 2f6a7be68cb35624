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

  it("knows the same measures of every kind of device, each kind in a group of its own", () => {
    const charts = of("npu.3-0.pct", "npu.4-0.pct", "gpu.0.pct", "dcu.1.mem.proc");
    expect(charts.map((chart) => [chart.name, chart.group, chart.device, chart.unit])).toEqual([
      ["gpuUse", "gpu", "GPU", "%"],
      ["gpuUse", "npu", "NPU", "%"],
      ["gpuMemoryProcess", "dcu", "DCU", "MB"],
    ]);
    expect(charts[1]?.lines.map((line) => line.index)).toEqual(["3-0", "4-0"]);
  });

  it("draws slices of a GPU beside it", () => {
    const [memory, ...others] = of("gpu.0-1.mem.value", "gpu.0.mem.value", "gpu.1.mem.value");
    expect(memory?.lines.map((line) => line.index).toSorted()).toEqual([0, "0-1", 1]);
    expect(others).toEqual([]);
  });

  it("shows what it does not know, in the group its key names", () => {
    const charts = of("tpu.0.pct", "gpu.0.fan", "cpu.freq");
    expect(charts.map((chart) => [chart.name, chart.group, chart.key])).toEqual([
      [null, "cpu", "cpu.freq"],
      [null, "gpu", "gpu.#.fan"],
      [null, "other", "tpu.#.pct"],
    ]);
  });
});
