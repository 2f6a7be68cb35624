// @vitest-environment jsdom
import { describe, expect, it } from "vitest";

import { svgPen } from "../pen";
import { deltaText } from "../reading";
import { axisOf, steps } from "./axis";
import { barScene } from "./bar";
import { importances, spearman } from "./importance";
import { parallelScene } from "./parallel";
import { type PanelRun, reader, toAsk } from "./runs";
import { scalarScene } from "./scalar";
import { scatterScene } from "./scatter";

const size = { width: 400, height: 200 };

function run(id: string, config: Record<string, unknown>): PanelRun {
  return {
    id,
    name: `run ${id}`,
    style: { hue: 0, dash: [] },
    config: new Map(Object.entries(config)),
    created: Number(id) || 0,
    duration: 1000,
  };
}

const runs = [
  run("1", { lr: 0.1, model: "vit" }),
  run("2", { lr: 0.01, model: "vit" }),
  run("3", { lr: 0.001, model: "resnet" }),
  run("4", { model: "resnet" }),
];
const read = reader({
  names: ["min.loss", "last.loss"],
  cells: new Map<string, (number | string | null)[]>([
    ["1", [1.5, 2]],
    ["2", [null, 4]],
    ["3", [null, 8]],
    ["4", [null, "NaN"]],
  ]),
});
const common = { id: "x", title: "", section: "", scope: "drawn" } as const;

describe("quantities", () => {
  it("are read from configs, from the run itself and from what was asked for", () => {
    const [first, , , last] = runs as [PanelRun, PanelRun, PanelRun, PanelRun];
    const all = ["config.lr", "config.model", "last.loss", "min.loss", "duration", "last.gone"];
    expect(all.map((name) => read(first, name))).toEqual([0.1, "vit", 2, 1.5, 1000, null]);
    expect(all.slice(0, 4).map((name) => read(last, name))).toEqual([null, "resnet", null, null]);
  });

  it("are asked for once where they are of metrics", () => {
    const names = ["config.lr", "last.loss", "min.loss", "last.other", "min.loss"];
    expect(toAsk(names).map(({ name }) => name)).toEqual(["last.loss", "min.loss", "last.other"]);
  });
});

describe("an axis", () => {
  it("has round ticks within the range", () => {
    expect(steps(0.13, 0.97)).toEqual([0.2, 0.4, 0.6, 0.8].map((one) => expect.closeTo(one)));
  });

  it("is logarithmic by itself where values are far apart", () => {
    const axis = axisOf([1e-4, 1e-2, 1], "auto");
    expect([axis.log, axis.share(1e-2)]).toEqual([true, expect.closeTo(0.5)]);
    expect(axisOf([-1, 1e6], "auto").log).toBe(false);
  });

  it("has no place for zero when it is logarithmic", () => {
    const axis = axisOf([0, 1, 10], true);
    expect([axis.share(0), axis.share(10)]).toEqual([null, 1]);
  });

  it("of words has them in their order, and finds values again", () => {
    const axis = axisOf(["l10", "l2", 7], "auto");
    expect(axis.order).toEqual(["7", "l2", "l10"]);
    const numbers = axisOf([3, 5], false, 0.1);
    expect(numbers.value(numbers.share(4) ?? 0)).toBeCloseTo(4);
  });
});

describe("scenes", () => {
  it("of points say which runs have no place, and find the point under the pointer", () => {
    const def = { ...common, kind: "scatter", x: "config.lr", y: "last.loss", color: "" } as const;
    const scene = scatterScene({ ...def, xLog: true, yLog: false }, runs, read);
    expect([scene.rows, scene.missing]).toEqual([
      [
        ["run 1", 0.1, 2],
        ["run 2", 0.01, 4],
        ["run 3", 0.001, 8],
      ],
      1,
    ]);
    const pen = svgPen(size.width, size.height, "sans-serif");
    scene.paint(pen, size, null);
    const dot = /<circle cx="([\d.]+)" cy="([\d.]+)"/.exec(pen.toString());
    const found = scene.at(Number(dot?.[1]), Number(dot?.[2]), size);
    expect([found?.runs, found?.rows[0]?.value]).toEqual([["1"], 0.1]);
    expect(scene.at(0, 0, size)).toBeNull();
  });

  it("of bars stand by value, with differences from the baseline or means of groups", () => {
    const words = { more: String, group: (name: string, n: number) => `${name} ${n}` };
    const def = { ...common, kind: "bar", value: "last.loss" } as const;
    const single = barScene({ ...def, by: "" }, { runs, read, words, baseline: "2" });
    expect(single.rows.map(([name]) => name)).toEqual(["run 3", "run 2", "run 1"]);
    expect(single.at(10, 10, size)?.rows[0]?.delta).toBe("+4 (+100 %)");
    const groups = barScene({ ...def, by: "config.model" }, { runs, read, words });
    expect(groups.rows).toEqual([
      ["resnet 1", 8, 8, 8, 1],
      ["vit 2", 3, 2, 4, 2],
    ]);
    expect(groups.missing).toBe(1);
  });

  it("of one number pick the best, the newest or the mean", () => {
    const words = { mean: String, none: "none", delta: String };
    const shown = (pick: "best-low" | "best-high" | "mean" | "newest") =>
      scalarScene({ ...common, kind: "scalar", value: "last.loss", pick }, { runs, read, words })
        .rows[0]?.[1];
    expect((["best-low", "best-high", "newest"] as const).map(shown)).toEqual([2, 8, 8]);
    expect(shown("mean")).toBeCloseTo(14 / 3);
  });

  it("of parallel axes keep the runs within all brushes, ends included", () => {
    const columns = ["config.lr", "config.model", "last.loss"];
    const def = { ...common, kind: "parallel", columns } as const;
    const all = parallelScene(def, { runs, read, brushes: new Map() });
    const share = all.axes[2]?.share(4) ?? 0;
    const some = parallelScene(def, { runs, read, brushes: new Map([[2, [share, 1]]]) });
    expect([all.brushed.length, all.missing]).toEqual([3, 1]);
    expect(some.brushed.map(({ id }) => id)).toEqual(["2", "3"]);
    expect(all.axisAt(44, 30, size)).toEqual({ column: 0, share: 1 });
  });
});

describe("what parameters say", () => {
  const line = Array.from({ length: 60 }, (_, i) => i);
  const noise = line.map((i) => (i * 7919) % 61);

  it("is Spearman's correlation: of ranks, with ties sharing theirs", () => {
    expect(spearman([1, 2, 3, 4], [1, 8, 27, 64])).toBeCloseTo(1);
    expect(spearman([1, 2, 3, 4], [4, 3, 2, 1])).toBeCloseTo(-1);
    // Ranks 1, 2.5, 2.5, 4 against 1, 3, 2, 4: 4.5 / √(4.5 · 5).
    expect(spearman([1, 2, 2, 3], [1, 3, 2, 4])).toBeCloseTo(4.5 / Math.sqrt(22.5), 12);
    expect([spearman(["a", 1, 2], [1, 2, 3]), spearman([1, 1, 1], [1, 2, 3])]).toEqual([
      null,
      null,
    ]);
  });

  it("falls to the parameter that the metric follows, also against its rank", () => {
    const target = line.map((i) => (i - 30) ** 2);
    const { parameters, explained } = importances([line, noise], target);
    expect(explained).toBeGreaterThan(0.7);
    expect(parameters[0]?.importance).toBeGreaterThan(0.9);
    expect(Math.abs(parameters[0]?.correlation ?? 1)).toBeLessThan(0.1);
  });

  it("sees words, and runs without a value", () => {
    const words = line.map((i) => ["a", "b", "c"][i % 3] ?? "");
    const target = line.map((i) => (i % 3 === 1 ? 5 : 0));
    const holes = line.map((i) => (i % 2 === 0 ? null : i));
    const { parameters } = importances([holes, words], target);
    expect(parameters[1]?.importance).toBeGreaterThan(0.9);
  });

  it("is not made up: too few runs, nothing that varies, or chance give no importance", () => {
    const few = importances([[1, 2, 3]], [1, 2, 3]);
    expect([few.explained, few.parameters[0]?.importance]).toEqual([null, null]);
    expect(
      importances(
        [line],
        line.map(() => 1),
      ).explained,
    ).toBeNull();
    const chance = importances(
      [noise],
      line.map((i) => ((i * 104729) % 57) ** 2 % 13),
    );
    expect(chance.explained).toBeLessThan(0.2);
    expect(importances([line], line)).toEqual(importances([line], line));
  });
});

it("differences carry their sign and share", () => {
  expect([deltaText(1.5, 1), deltaText(1, 2), deltaText(1, 0), deltaText(NaN, 1)]).toEqual([
    "+0.500 (+50 %)",
    "-1 (-50 %)",
    "+1",
    "",
  ]);
});

it("an SVG spells names of runs as text and nothing else", () => {
  const pen = svgPen(10, 10, 'a"b');
  pen.text(1, 2, '<script>&"\u0000', { color: "#000" });
  const parsed = new DOMParser().parseFromString(pen.toString(), "image/svg+xml");
  expect(parsed.querySelector("parsererror, script")).toBeNull();
  expect(parsed.querySelector("text")?.textContent).toBe('<script>&"\uFFFD');
});
