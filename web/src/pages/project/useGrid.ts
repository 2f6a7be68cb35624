import {
  useCallback,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type MouseEvent,
} from "react";

import type { Row } from "./fields";
import type { Selection } from "./useSelection";

/** Columns whose cells are edited where they stand. */
export const EDITABLE: ReadonlySet<string> = new Set(["name", "tags", "group", "description"]);
const PAGE = 20;

export interface Spot {
  run: string;
  column: string;
}

export interface GridOptions {
  rows: readonly Row[];
  /** Ids of the columns as they stand, the name first. */
  columns: readonly string[];
  /** Null where runs are not edited; then nothing of this is used. */
  selection: Selection | null;
  scrollTo: (row: number, column: number) => void;
  open: (row: Row) => void;
}

/** The cell that keys and clicks mean, by the marks of its row and its own. */
function spotOf(event: MouseEvent): Spot | null {
  const cell = event.target instanceof Element ? event.target.closest("[data-column]") : null;
  const row = cell?.closest("[data-run]");
  return cell instanceof HTMLElement && row instanceof HTMLElement
    ? { run: row.dataset["run"] ?? "", column: cell.dataset["column"] ?? "" }
    : null;
}

function moved(event: KeyboardEvent, rows: number, columns: number): [number, number] | null {
  const whole = event.ctrlKey || event.metaKey;
  switch (event.key) {
    case "ArrowDown":
      return [whole ? rows : 1, 0];
    case "ArrowUp":
      return [whole ? -rows : -1, 0];
    case "ArrowRight":
      return [0, whole ? columns : 1];
    case "ArrowLeft":
      return [0, whole ? -columns : -1];
    case "PageDown":
      return [PAGE, 0];
    case "PageUp":
      return [-PAGE, 0];
    case "Home":
      return whole ? [-rows, -columns] : [0, -columns];
    case "End":
      return whole ? [rows, columns] : [0, columns];
    default:
      return null;
  }
}

/** One cell of a table is meant by the keyboard: arrows move on, Enter edits, Space selects. */
export function useGrid(options: GridOptions) {
  const [active, setActive] = useState<Spot | null>(null);
  const [editing, setEditing] = useState(false);
  const now = useRef({ ...options, active });
  useLayoutEffect(() => void (now.current = { ...options, active }));

  const move = useCallback((down: number, right: number) => {
    const { rows, columns, active: from, scrollTo } = now.current;
    const fit = (at: number, count: number) => Math.max(0, Math.min(count - 1, at));
    const row = rows.findIndex(({ run }) => run.id === from?.run);
    const column = columns.indexOf(from?.column ?? "");
    const next = [
      fit(row < 0 ? 0 : row + down, rows.length),
      fit(column < 0 ? 0 : column + right, columns.length),
    ] as const;
    const run = rows[next[0]]?.run.id;
    const name = columns[next[1]];
    if (run === undefined || name === undefined) return;
    setActive({ run, column: name });
    scrollTo(...next);
  }, []);

  const press = useCallback(
    (event: KeyboardEvent) => {
      if (event.target !== event.currentTarget) return; // Within a cell: a link, a box, a field.
      const { rows, columns, selection, active: spot, open } = now.current;
      const step = event.altKey ? null : moved(event, rows.length, columns.length);
      const row = rows.find(({ run }) => run.id === spot?.run);
      const whole = event.ctrlKey || event.metaKey;
      if (step !== null) move(...step);
      else if (whole && event.key.toLowerCase() === "a") selection?.toggleAll();
      else if (event.key === "Escape") selection?.clear();
      else if (row === undefined || spot === null) return;
      else if (event.key === " ") selection?.toggle(row.run.id, event.shiftKey);
      else if (event.key === "Enter" && (whole || !EDITABLE.has(spot.column))) open(row);
      else if (event.key === "Enter" || event.key === "F2") setEditing(EDITABLE.has(spot.column));
      else return;
      event.preventDefault();
    },
    [move],
  );

  const focus = useCallback(
    (event: { target: EventTarget; currentTarget: EventTarget }) => {
      if (event.target === event.currentTarget && now.current.active === null) move(0, 0);
    },
    [move],
  );

  const point = useCallback((event: MouseEvent) => {
    const spot = spotOf(event);
    if (spot !== null)
      setActive((old) => (old?.run === spot.run && old.column === spot.column ? old : spot));
  }, []);

  const edit = useCallback((event: MouseEvent) => {
    const spot = spotOf(event);
    if (spot === null || !EDITABLE.has(spot.column)) return;
    if (event.target instanceof Element && event.target.closest("a, input, button")) return;
    setActive(spot);
    setEditing(true);
  }, []);

  const end = useCallback(() => setEditing(false), []);
  return useMemo(
    () => ({ active, editing, press, focus, point, edit, end }),
    [active, editing, press, focus, point, edit, end],
  );
}
