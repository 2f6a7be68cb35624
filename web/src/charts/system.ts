/** What the background process measures: how system series are grouped, named and drawn. */

import { SYSTEM_PREFIX } from "./sections";

/** Kinds of accelerators. All have the same measures; a key begins with the kind and the number. */
const DEVICES = ["gpu", "npu", "mlu", "xpu", "dcu"] as const;
type Device = (typeof DEVICES)[number];

export type Group = "cpu" | "memory" | "process" | Device | "disk" | "network" | "other";
export const GROUPS: readonly Group[] = [
  "cpu",
  "memory",
  "process",
  ...DEVICES,
  "disk",
  "network",
  "other",
];

export type Name =
  | "cpuUse"
  | "cpuThreads"
  | "cpuProcess"
  | "memoryUse"
  | "memoryProcess"
  | "memoryProcessShare"
  | "memoryFree"
  | "gpuUse"
  | "gpuMemory"
  | "gpuMemoryUsed"
  | "gpuMemoryProcess"
  | "gpuMemoryProcessShare"
  | "gpuAccess"
  | "gpuTemperature"
  | "gpuPower"
  | "diskUse"
  | "diskRead"
  | "diskWrite"
  | "networkReceived"
  | "networkSent";

interface Known {
  group: Group;
  /** Key of the name in the texts' `system` part. */
  name: Name;
  unit: string;
  /** A share of something: the axis shows all of 0 to 100. */
  share?: boolean;
}

/** Keys behind `__swanlab__.`; `gpu` stands for every kind of device, `#` for its number. */
const KNOWN: Readonly<Record<string, Known>> = {
  "cpu.pct": { group: "cpu", name: "cpuUse", unit: "%", share: true },
  "cpu.thds": { group: "process", name: "cpuThreads", unit: "" },
  "cpu.proc.pct": { group: "process", name: "cpuProcess", unit: "%" },
  "mem.pct": { group: "memory", name: "memoryUse", unit: "%", share: true },
  "mem.proc.avail": { group: "memory", name: "memoryFree", unit: "MB" },
  "mem.proc": { group: "process", name: "memoryProcess", unit: "MB" },
  "mem.proc.pct": { group: "process", name: "memoryProcessShare", unit: "%" },
  "gpu.#.pct": { group: "gpu", name: "gpuUse", unit: "%", share: true },
  "gpu.#.mem.pct": { group: "gpu", name: "gpuMemory", unit: "%", share: true },
  "gpu.#.mem.value": { group: "gpu", name: "gpuMemoryUsed", unit: "MB" },
  "gpu.#.mem.proc": { group: "gpu", name: "gpuMemoryProcess", unit: "MB" },
  "gpu.#.mem.proc.pct": { group: "gpu", name: "gpuMemoryProcessShare", unit: "%", share: true },
  "gpu.#.mem.time": { group: "gpu", name: "gpuAccess", unit: "%", share: true },
  "gpu.#.temp": { group: "gpu", name: "gpuTemperature", unit: "°C" },
  "gpu.#.power": { group: "gpu", name: "gpuPower", unit: "W" },
  "disk.usage": { group: "disk", name: "diskUse", unit: "%", share: true },
  "disk.read": { group: "disk", name: "diskRead", unit: "MB/s" },
  "disk.write": { group: "disk", name: "diskWrite", unit: "MB/s" },
  "network.recv": { group: "network", name: "networkReceived", unit: "KB/s" },
  "network.sent": { group: "network", name: "networkSent", unit: "KB/s" },
};

/** One chart: the same measure of every device. */
export interface SystemChart {
  group: Group;
  /** null: a measure that this version does not know, shown under its key. */
  name: Name | null;
  key: string;
  unit: string;
  share: boolean;
  /** What the device is called; empty where the measure is of no device. */
  device: string;
  /** A part of a device, or a chip of a card, has a text: `0-1`. */
  lines: { key: string; index: number | string | null }[];
}

const order = Object.keys(KNOWN);
const collator = new Intl.Collator("en", { numeric: true });

/** Put system series (whole keys, prefix included) together into charts, in the table's order. */
export function systemCharts(keys: readonly string[]): SystemChart[] {
  const charts = new Map<string, SystemChart>();
  for (const key of keys.toSorted(collator.compare)) {
    const bare = key.slice(SYSTEM_PREFIX.length);
    const [general, index] = generalise(bare);
    const device = DEVICES.find((kind) => general.startsWith(`${kind}.#.`));
    const known = KNOWN[asGpu(general)];
    const chart = charts.get(general) ?? {
      group: device ?? known?.group ?? groupOf(bare),
      name: known?.name ?? null,
      key: general,
      unit: known?.unit ?? "",
      share: known?.share ?? false,
      device: device?.toUpperCase() ?? "",
      lines: [],
    };
    chart.lines.push({ key, index });
    charts.set(general, chart);
  }
  const rank = (chart: SystemChart) =>
    chart.name ? order.indexOf(asGpu(chart.key)) : order.length;
  return [...charts.values()].toSorted((a, b) => rank(a) - rank(b));
}

/** `gpu.0.pct` is `gpu.#.pct` of device 0; the same for other devices and for cores. */
function generalise(bare: string): [general: string, index: number | string | null] {
  const match = /^([a-z]+)\.(\d+(?:-\d+)?)\.(.+)$/.exec(bare);
  if (!match?.[2]) return [bare, null];
  return [`${match[1]}.#.${match[3]}`, match[2].includes("-") ? match[2] : Number(match[2])];
}

/** The key under which a measure of any device is known. */
function asGpu(general: string): string {
  return general.replace(/^(?:npu|mlu|xpu|dcu)\.#\./, "gpu.#.");
}

/** Where an unknown measure belongs, by the first part of its key. */
function groupOf(bare: string): Group {
  const first = bare.split(".", 1)[0] ?? "";
  if (first === "mem") return "memory";
  return GROUPS.find((group) => group === first) ?? "other";
}
