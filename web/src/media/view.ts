/**
 * How media are looked at: at which step each panel stands, what lies over its pictures, what is
 * open on the full screen. It stands in the address as one value; a slider that is dragged writes it
 * when it rests.
 */

import { useNavigate, useSearch } from "@tanstack/react-router";
import { createContext, useContext, useEffect, useState } from "react";
import { useStore } from "zustand";
import { createStore, type StoreApi } from "zustand/vanilla";

import { isObject } from "@/lib/flatten";

/** One step of each run; the same item over several steps; all runs and steps in one picture. */
export const WAYS = ["step", "steps", "together"] as const;
export type Way = (typeof WAYS)[number];
export const SIZES = ["small", "normal", "large"] as const;
export type Size = (typeof SIZES)[number];

/** What a panel shows otherwise than by itself. */
export interface PanelView {
  /** Missing: the newest step, also when newer ones come. */
  step?: number | undefined;
  way?: Way | undefined;
  /** Which item of each step is shown over the steps. */
  item?: number | undefined;
  /** Classes that are not drawn over pictures, as `overlay/class`. */
  off?: readonly string[] | undefined;
  /** Boxes of a lower score are not drawn. */
  least?: number | undefined;
}

/** An item by its run, and the step where it is not the panel's. */
export interface ItemName {
  run: string;
  rank: number;
  item: number;
  step?: number | undefined;
}

export const HOWS = ["side", "swipe", "diff"] as const;
export type How = (typeof HOWS)[number];

/** What is on the full screen. */
export interface Opened extends Omit<ItemName, "step"> {
  key: string;
  /** Compared with it. */
  other?: ItemName | undefined;
  how?: How | undefined;
}

export interface MediaView {
  /** All panels stand at the same step. */
  tied: boolean;
  /** That step; missing: the newest. */
  step?: number | undefined;
  size: Size;
  panels: Readonly<Record<string, PanelView>>;
  open?: Opened | undefined;
}

export const PLAIN: MediaView = { tied: false, size: "normal", panels: {} };

/** So many panels that differ stand in an address, the last ones. */
const MOST = 40;

function whole(value: unknown): number | undefined {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 ? value : undefined;
}

function among<T extends string>(names: readonly T[], value: unknown): T | undefined {
  return names.find((one) => one === value);
}

/** Entries that say something. */
function told<T extends object>(entries: T): T {
  return Object.fromEntries(
    Object.entries(entries).filter(([, value]) => value !== undefined),
  ) as T;
}

function parsePanel(value: unknown): PanelView {
  if (!isObject(value)) return {};
  const { off, least } = value;
  return told({
    step: whole(value.step),
    way: among(WAYS, value.way),
    item: whole(value.item),
    off: Array.isArray(off) ? off.filter((one) => typeof one === "string") : undefined,
    least: typeof least === "number" && Number.isFinite(least) ? least : undefined,
  });
}

function parseName(value: unknown): ItemName | undefined {
  if (!isObject(value) || typeof value.run !== "string") return undefined;
  const { run } = value;
  return told({
    run,
    rank: whole(value.rank) ?? 0,
    item: whole(value.item) ?? 0,
    step: whole(value.step),
  });
}

function parseOpened(value: unknown): Opened | undefined {
  const name = parseName(value);
  if (name === undefined || !isObject(value) || typeof value.key !== "string") return undefined;
  const { run, rank, item } = name;
  const other = parseName(value.other);
  return told({ key: value.key, run, rank, item, other, how: among(HOWS, value.how) });
}

/** A view out of an address; what makes no sense there is left out. */
export function parseView(value: unknown): MediaView {
  if (!isObject(value)) return PLAIN;
  const panels = isObject(value.panels) ? Object.entries(value.panels).slice(-MOST) : [];
  return told({
    tied: value.tied === true,
    step: whole(value.step),
    size: among(SIZES, value.size) ?? PLAIN.size,
    panels: Object.fromEntries(panels.map(([key, one]) => [key, parsePanel(one)])),
    open: parseOpened(value.open),
  });
}

/** A view as an address says it; nothing for the plain one. */
export function writeView({ tied, step, size, panels, open }: MediaView): object | undefined {
  const some = Object.entries(panels)
    .map(([key, one]) => [key, told(one)] as const)
    .filter(([, one]) => Object.keys(one).length > 0);
  const said = told({
    tied: tied || undefined,
    step: tied ? step : undefined,
    size: size === PLAIN.size ? undefined : size,
    panels: some.length === 0 ? undefined : Object.fromEntries(some.slice(-MOST)),
    open,
  });
  return Object.keys(said).length === 0 ? undefined : said;
}

export interface ViewState extends MediaView {
  /** The steps that panels in sight have, by key: what the shared slider moves over. */
  known: Readonly<Record<string, readonly number[]>>;
}

export type ViewStore = StoreApi<ViewState>;

/** Change what one panel shows. */
export function changePanel(store: ViewStore, key: string, part: PanelView): void {
  store.setState(({ panels }) => ({ panels: { ...panels, [key]: { ...panels[key], ...part } } }));
}

/** Move a panel, or all that are tied, to a step; undefined: to the newest, and stay there. */
export function moveTo(store: ViewStore, key: string, step: number | undefined): void {
  if (store.getState().tied) store.setState({ step });
  else changePanel(store, key, { step });
}

/** The step at which a panel is asked to stand. */
export function stepOf({ tied, step, panels }: MediaView, key: string): number | undefined {
  return tied ? step : panels[key]?.step;
}

export const ViewContext = createContext<ViewStore | null>(null);

/** The store of the page; throws outside of one. */
export function useViewStore(): ViewStore {
  const store = useContext(ViewContext);
  if (store === null) throw new Error("media are shown outside of a board");
  return store;
}

/** A part of the view; only what changes it renders anew. */
export function useView<T>(part: (view: ViewState) => T): T {
  return useStore(useViewStore(), part);
}

/** A slider moves faster than an address should (ms). */
const SETTLE = 300;

/** The view of this page, as the address says and as people change it. */
export function useViewInAddress(): ViewStore {
  const { media }: { media?: unknown } = useSearch({ strict: false });
  const navigate = useNavigate();
  const [store] = useState<ViewStore>(() =>
    createStore(() => ({ ...parseView(media), known: {} })),
  );
  const text = JSON.stringify(media);
  useEffect(() => {
    const said: unknown = text === undefined ? undefined : JSON.parse(text);
    const now = JSON.stringify(writeView(store.getState()));
    if (JSON.stringify(writeView(parseView(said))) === now) return undefined;
    // The address was changed by somebody else: the way back, or a saved view.
    store.setState({ step: undefined, open: undefined, ...parseView(said) });
    return undefined;
  }, [store, text]);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const write = () => {
      timer = undefined;
      const next = writeView(store.getState());
      void navigate({ to: ".", search: (old) => ({ ...old, media: next }), replace: true });
    };
    const stop = store.subscribe((now, before) => {
      if (now.known !== before.known) return;
      clearTimeout(timer);
      timer = setTimeout(write, SETTLE);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [store, navigate]);
  return store;
}
