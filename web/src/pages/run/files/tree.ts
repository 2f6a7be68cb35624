/** Files by their names, as folders to walk through. */

import type { RunFile } from "@/api/messages";
import { compareCells, type Sorting } from "@/lib/sort";

export interface Folder {
  kind: "folder";
  /** Whole path, without a slash at the end. */
  path: string;
  name: string;
  files: number;
  size: number;
  mtime: number;
}

export interface Leaf {
  kind: "file";
  path: string;
  name: string;
  file: RunFile;
}

export type Entry = Folder | Leaf;

/** What lies directly in a folder ("" is the top): folders with the sums of all below them. */
export function entriesOf(files: readonly RunFile[], folder: string): Entry[] {
  const prefix = folder === "" ? "" : `${folder}/`;
  const folders = new Map<string, Folder>();
  const leaves: Leaf[] = [];
  for (const file of files) {
    if (!file.path.startsWith(prefix)) continue;
    const rest = file.path.slice(prefix.length);
    const slash = rest.indexOf("/");
    if (slash === -1) {
      leaves.push({ kind: "file", path: file.path, name: rest, file });
      continue;
    }
    const name = rest.slice(0, slash);
    const known = folders.get(name);
    if (known === undefined) {
      const path = prefix + name;
      const first: Folder = { kind: "folder", path, name, files: 1, size: file.size, mtime: 0 };
      first.mtime = file.mtime;
      folders.set(name, first);
    } else {
      known.files += 1;
      known.size += file.size;
      known.mtime = Math.max(known.mtime, file.mtime);
    }
  }
  return [...folders.values(), ...leaves];
}

/** Every file that matches, by its whole path. */
export function found(files: readonly RunFile[], matches: (path: string) => boolean): Leaf[] {
  return files
    .filter(({ path }) => matches(path))
    .map((file) => ({ kind: "file", path: file.path, name: file.path, file }));
}

function cell(entry: Entry, column: string): number | string {
  const about = entry.kind === "folder" ? entry : entry.file;
  if (column === "size") return about.size;
  return column === "changed" ? about.mtime : entry.name;
}

/** Folders first, each kind by the column; equal ones by name. */
export function sortEntries(entries: readonly Entry[], { id, desc }: Sorting): Entry[] {
  return entries.toSorted((a, b) => {
    if (a.kind !== b.kind) return a.kind === "folder" ? -1 : 1;
    return compareCells(cell(a, id), cell(b, id), desc) || compareCells(a.name, b.name, false);
  });
}

/** The folders on the way to this one, the top left out. */
export function crumbs(folder: string): { path: string; name: string }[] {
  if (folder === "") return [];
  const parts = folder.split("/");
  return parts.map((name, index) => ({ name, path: parts.slice(0, index + 1).join("/") }));
}
