/**
 * Every command of the page in one table, which feeds the key handler, the palette and the list of
 * shortcuts. A page that can do a command says so with `useCommand`; the last one that did is asked.
 */

import { useEffect, useRef } from "react";

import { readStored } from "@/lib/stored";

export const GROUPS = ["everywhere", "project", "run", "chart", "media", "item"] as const;
export type Group = (typeof GROUPS)[number];

interface Shape {
  id: string;
  /** Any of these; `Mod` is Control or Command. None: only in the palette. */
  keys: readonly string[];
  group: Group;
  /** Acts in a dialog that offers it, and nowhere else. */
  dialog?: true;
}

export const SHORTCUTS = [
  { id: "palette", keys: ["Mod+K"], group: "everywhere" },
  { id: "help", keys: ["?", "Mod+/"], group: "everywhere" },
  { id: "search", keys: ["/"], group: "everywhere" },
  { id: "copyLink", keys: ["l"], group: "everywhere" },
  { id: "light", keys: [], group: "everywhere" },
  { id: "dark", keys: [], group: "everywhere" },
  { id: "system", keys: [], group: "everywhere" },
  { id: "english", keys: [], group: "everywhere" },
  { id: "chinese", keys: [], group: "everywhere" },
  { id: "charts", keys: ["1"], group: "project" },
  { id: "table", keys: ["2"], group: "project" },
  { id: "media", keys: ["3"], group: "project" },
  { id: "compare", keys: ["4"], group: "project" },
  { id: "foldRuns", keys: ["[", "Mod+J"], group: "project" },
  { id: "searchRuns", keys: ["r"], group: "project" },
  { id: "runCharts", keys: ["1"], group: "run" },
  { id: "runMedia", keys: ["2"], group: "run" },
  { id: "runOverview", keys: ["3"], group: "run" },
  { id: "runLogs", keys: ["4"], group: "run" },
  { id: "runFiles", keys: ["5"], group: "run" },
  { id: "runEnvironment", keys: ["6"], group: "run" },
  { id: "runSystem", keys: ["7"], group: "run" },
  { id: "nextChart", keys: ["ArrowRight"], group: "chart", dialog: true },
  { id: "previousChart", keys: ["ArrowLeft"], group: "chart", dialog: true },
  { id: "closeChart", keys: ["Escape"], group: "chart", dialog: true },
  { id: "nextStep", keys: ["."], group: "media" },
  { id: "previousStep", keys: [","], group: "media" },
  { id: "tieSteps", keys: ["t"], group: "media" },
  { id: "stepOn", keys: ["ArrowRight"], group: "item", dialog: true },
  { id: "stepBack", keys: ["ArrowLeft"], group: "item", dialog: true },
  { id: "nextItem", keys: ["ArrowDown"], group: "item", dialog: true },
  { id: "previousItem", keys: ["ArrowUp"], group: "item", dialog: true },
] as const satisfies readonly Shape[];

export type Shortcut = Shape & { id: (typeof SHORTCUTS)[number]["id"] };
export type CommandId = Shortcut["id"];

/** Where it is kept that keys without Control or Command do nothing (WCAG 2.2, 2.1.4). */
export const SINGLE_OFF = "shortcuts.single";

type Pressed = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey">;

/** Is this the key of `keys`? Shift is part of the character (`?`) and not asked for. */
export function pressed(keys: string, event: Pressed): boolean {
  const withMod = keys.startsWith("Mod+");
  const key = withMod ? keys.slice("Mod+".length) : keys;
  const mod = event.ctrlKey || event.metaKey;
  return !event.altKey && mod === withMod && event.key.toLowerCase() === key.toLowerCase();
}

/** The commands that a key means; which of them can be done now is for the page to say. */
export function meantBy(
  event: Pressed,
  where: { dialog: boolean; single: boolean },
): readonly CommandId[] {
  const table: readonly Shortcut[] = SHORTCUTS;
  return table
    .filter((one) => (one.dialog ?? false) === where.dialog)
    .filter(({ keys }) =>
      keys.some((key) => pressed(key, event) && (where.single || key.length > 1)),
    )
    .map(({ id }) => id);
}

/** Keys as a person reads them, on a Mac by its signs. */
export function keyNames(keys: string, mac = /Mac|iP/.test(navigator.platform)): string[] {
  const signs: Record<string, string> = {
    Mod: mac ? "⌘" : "Ctrl",
    ArrowLeft: "←",
    ArrowRight: "→",
    ArrowUp: "↑",
    ArrowDown: "↓",
    Escape: "Esc",
  };
  return keys.split("+").map((key) => signs[key] ?? (key.length === 1 ? key.toUpperCase() : key));
}

const offered = new Map<CommandId, (() => void)[]>();

/** Offer a command while this component is there; `null` offers nothing. */
export function useCommand(id: CommandId, run: (() => void) | null): void {
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  });
  const able = run !== null;
  useEffect(() => {
    if (!able) return undefined;
    const call = () => latest.current?.();
    offered.set(id, [...(offered.get(id) ?? []), call]);
    return () => {
      offered.set(
        id,
        (offered.get(id) ?? []).filter((one) => one !== call),
      );
    };
  }, [id, able]);
}

/** What a command does now; undefined when nothing on the page offers it. */
export function commandOf(id: CommandId): (() => void) | undefined {
  return offered.get(id)?.at(-1);
}

const TYPING = "input:not([type=checkbox]):not([type=radio]),textarea,select,[contenteditable]";
/** In these, keys without a modifier have a meaning of their own. */
const OWN_KEYS = `${TYPING},[role=menu],[role=listbox],[role=separator]`;

function act(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.repeat) return;
  const target = event.target instanceof Element ? event.target : document.body;
  const single = readStored(SINGLE_OFF) === null;
  const dialog = document.querySelector("[role=dialog]") !== null;
  const plain = !event.ctrlKey && !event.metaKey;
  if (plain && target.closest(OWN_KEYS) !== null) return;
  for (const id of meantBy(event, { dialog, single })) {
    const run = commandOf(id);
    if (run === undefined) continue;
    event.preventDefault();
    run();
    return;
  }
}

/** Listen for the keys of the table on the whole page, while `able`. */
export function useKeys(able: boolean): void {
  useEffect(() => {
    if (!able) return undefined;
    // On its way down: dialogs let no arrow key out again.
    document.addEventListener("keydown", act, true);
    return () => document.removeEventListener("keydown", act, true);
  }, [able]);
}
