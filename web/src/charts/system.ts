/** What the background process measures: how system series are grouped, named and drawn. */

import { SYSTEM_PREFIX } from "./sections";

export type Group = "cpu" | "memory" | "process" | "gpu" | "disk" | "network" | "other";
export const GROUPS: readonly Group[] = [
  "cpu",
  "memory",
  "process",
  "gpu",
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

/** Keys behind `__swanlab__.`; `#` stands for the index of a device. */
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
  lines: { key: string; index: number | null }[];
}

const order = Object.keys(KNOWN);
const collator = new Intl.Collator("en", { numeric: true });

/** Put system series (whole keys, prefix included) together into charts, in the table's order. */
export function systemCharts(keys: readonly string[]): SystemChart[] {
  const charts = new Map<string, SystemChart>();
  for (const key of keys.toSorted(collator.compare)) {
    const bare = key.slice(SYSTEM_PREFIX.length);
    const [general, index] = generalise(bare);
    const known = KNOWN[general];
    const chart = charts.get(general) ?? {
      group: known?.group ?? groupOf(bare),
      name: known?.name ?? null,
      key: general,
      unit: known?.unit ?? "",
      share: known?.share ?? false,
      lines: [],
    };
    chart.lines.push({ key, index });
    charts.set(general, chart);
  }
  const rank = (chart: SystemChart) => (chart.name ? order.indexOf(chart.key) : order.length);
  return [...charts.values()].toSorted((a, b) => rank(a) - rank(b));
}

/** `gpu.0.pct` is `gpu.#.pct` of device 0; the same for other devices and for cores. */
function generalise(bare: string): [general: string, index: number | null] {
  const match = /^([a-z]+)\.(\d+)\.(.+)$/.exec(bare);
  if (!match) return [bare, null];
  return [`${match[1]}.#.${match[3]}`, Number(match[2])];
}

/** Where an unknown measure belongs, by the first part of its key. */
function groupOf(bare: string): Group {
  const first = bare.split(".", 1)[0] ?? "";
  if (first === "mem") return "memory";
  return GROUPS.find((group) => group === first) ?? "other";
}
