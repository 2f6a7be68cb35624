/** The environment record, read with care: any version of the SDK may have written it. */

import { isObject } from "@/lib/flatten";

export type Entry = Record<string, unknown>;

/** The object under `key`, or an empty one. */
export function part(environment: Entry, key: string): Entry {
  const value = environment[key];
  return isObject(value) ? value : {};
}

/** A text or number under `key`, as text; undefined for anything else. */
export function words(entry: Entry, key: string): string | undefined {
  const value = entry[key];
  if (typeof value === "string" && value !== "") return value;
  return typeof value === "number" ? String(value) : undefined;
}

export function count(entry: Entry, key: string): number | undefined {
  const value = entry[key];
  return typeof value === "number" ? value : undefined;
}

/** The command as one would type it. */
export function commandLine(process: Entry): string | undefined {
  const { command } = process;
  if (Array.isArray(command)) return command.map((argument) => quoted(String(argument))).join(" ");
  return words(process, "command");
}

function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}

/** A page to open for a git remote; undefined where it is none of the web's. */
export function remotePage(remote: string): string | undefined {
  const ssh = /^(?:ssh:\/\/)?git@([^:/]+)[:/](.+?)(?:\.git)?$/.exec(remote);
  if (ssh) return `https://${ssh[1]}/${ssh[2]}`;
  return /^https?:\/\/[^@\s]+$/.test(remote) ? remote.replace(/\.git$/, "") : undefined;
}

export interface Package {
  name: string;
  version: string;
}

/** Packages by name, whatever the record's shape: an object, or lines of `name==version`. */
export function packagesOf(environment: Entry): Package[] {
  const { packages } = environment;
  const found = Array.isArray(packages)
    ? packages.map((line) => {
        const [name = "", version = ""] = String(line).split("==");
        return { name, version };
      })
    : Object.entries(part(environment, "packages")).map(([name, version]) => ({
        name,
        version: String(version ?? ""),
      }));
  return found.toSorted((a, b) => a.name.localeCompare(b.name, "en", { sensitivity: "base" }));
}

const KNOWN = new Set([
  "host",
  "os",
  "process",
  "python",
  "git",
  "hardware",
  "packages",
  "swanlab",
]);

/** Entries that this page has no place of their own for. */
export function otherEntries(environment: Entry): Entry {
  return Object.fromEntries(Object.entries(environment).filter(([key]) => !KNOWN.has(key)));
}

export type DiffKind = "added" | "removed" | "place" | "file" | "same";

/** The lines of a unified diff, told apart. `---` and `+++` name files only before the first change. */
export function diffLines(diff: string): { kind: DiffKind; text: string }[] {
  let head = true;
  return diff
    .replace(/\n$/, "")
    .split("\n")
    .map((text): { kind: DiffKind; text: string } => {
      if (text.startsWith("diff ")) head = true;
      else if (text.startsWith("@@")) {
        head = false;
        return { kind: "place", text };
      }
      if (head) return { kind: "file", text };
      if (text.startsWith("+")) return { kind: "added", text };
      return { kind: text.startsWith("-") ? "removed" : "same", text };
    });
}
