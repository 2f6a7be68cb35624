/**
 * One question for all visible cards: a card opens a slot, says what it wants and whether it is in
 * sight; slots that lack data are asked for together, once two animation frames bring no more of them.
 * A hint about a run asks again for that run's visible slots, at most twice a second. Hidden slots
 * cost nothing; what changed meanwhile is asked for when they come into sight. Answers to questions
 * that a slot no longer has are dropped. Data live here and in the plots, never in React state.
 */

import type { FrameChart } from "@/api/frame";
import { ANY } from "@/api/live-hub";

import type { ChartRequest } from "./spec";

/** Charts per POST: one page of cards fits, and an answer stays small enough to show soon. */
const BATCH = 64;
/** Least time between two refreshes of visible cards (ms). */
const PACE = 500;

export interface SlotState {
  data: FrameChart | null;
  /** Of the last try; older data stay. */
  error: unknown;
  /** Asked for and not yet answered. */
  waiting: boolean;
}

export interface Slot {
  state: SlotState;
  want(request: ChartRequest): void;
  show(visible: boolean): void;
  /** Ask again after an error. */
  retry(): void;
  close(): void;
}

export interface Feed {
  open(changed: (state: SlotState) => void): Slot;
  /** Points of this run are new (`*`: of any). */
  hint(run: string): void;
  close(): void;
}

export interface FeedOptions {
  fetchCharts: (requests: ChartRequest[], signal: AbortSignal) => Promise<FrameChart[]>;
  /** Runs its argument at the next animation frame. */
  nextFrame?: (callback: () => void) => void;
  now?: () => number;
}

interface Entry {
  state: SlotState;
  changed: (state: SlotState) => void;
  request: ChartRequest | null;
  visible: boolean;
  /** Whether to ask: at the next frame, with the next refresh (a hint came), or not. */
  need: "now" | "refresh" | "nothing";
  /** Number of the question whose answer this slot takes. */
  question: number;
  asked: Batch | null;
}

/** Answers kept for cards that come back into sight. */
const KEPT = 200;

interface Kept {
  data: FrameChart;
  request: ChartRequest;
  stale: boolean;
}

interface Batch {
  control: AbortController;
  open: number;
}

/**
 * Frames without a new card after which all are there that came into sight together: those of blocks
 * that are yet to be made come a frame after the others.
 */
const CALM = 2;
/** Frames that the first card waits at most: of a page that is scrolled there is always another. */
const LONGEST = 8;

const defaultNextFrame = (callback: () => void) => void requestAnimationFrame(callback);

/** A feed for the charts of one page. */
export function openFeed({
  fetchCharts,
  nextFrame = defaultNextFrame,
  now = () => performance.now(),
}: FeedOptions): Feed {
  const entries = new Set<Entry>();
  const kept = new Map<string, Kept>();
  let framed = false;
  let calm = 0;
  let questions = 0;
  let refreshed = -Infinity;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const schedule = () => {
    calm = 0;
    if (framed) return;
    framed = true;
    let frames = 0;
    const look = () => {
      calm += 1;
      frames += 1;
      if (calm < CALM && frames < LONGEST) {
        nextFrame(look);
        return;
      }
      framed = false;
      flush();
    };
    nextFrame(look);
  };

  const flush = () => {
    const due = [...entries].filter((e) => e.visible && e.need === "now" && e.request && !e.asked);
    for (let i = 0; i < due.length; i += BATCH) void ask(due.slice(i, i + BATCH));
  };

  const ask = async (batch: Entry[]) => {
    questions += 1;
    const question = questions;
    const asked: Batch = { control: new AbortController(), open: batch.length };
    const requests: ChartRequest[] = [];
    for (const entry of batch) {
      entry.asked = asked;
      entry.need = "nothing";
      entry.question = question;
      requests.push(entry.request as ChartRequest);
      setState(entry, { ...entry.state, waiting: true });
    }
    let charts: FrameChart[] = [];
    let error: unknown = null;
    try {
      charts = await fetchCharts(requests, asked.control.signal);
      if (charts.length !== batch.length) throw new Error("the server left charts out");
    } catch (cause) {
      error = cause;
    }
    batch.forEach((entry, i) => {
      if (entry.question !== question || !entries.has(entry)) return;
      entry.asked = null;
      const data = error === null ? (charts[i] ?? null) : entry.state.data;
      if (error === null && data)
        keep(kept, { data, request: requests[i] as ChartRequest, stale: entry.need !== "nothing" });
      setState(entry, { data, error, waiting: false });
    });
    schedule(); // For what became due while the answer was on its way.
  };

  const refreshSoon = () => {
    if (timer !== undefined) return;
    timer = setTimeout(
      () => {
        timer = undefined;
        refreshed = now();
        for (const entry of entries)
          if (entry.visible && entry.need === "refresh") entry.need = "now";
        schedule();
      },
      Math.max(0, refreshed + PACE - now()),
    );
  };

  return {
    open(changed) {
      const entry: Entry = {
        state: { data: null, error: null, waiting: false },
        changed,
        request: null,
        visible: false,
        need: "now",
        question: 0,
        asked: null,
      };
      entries.add(entry);
      return slotOf(entry, { entries, kept, schedule });
    },
    hint(run) {
      let seen = false;
      for (const one of kept.values()) one.stale ||= isAbout(one.request, run);
      for (const entry of entries) {
        if (!entry.request || !isAbout(entry.request, run)) continue;
        if (entry.need === "nothing") entry.need = "refresh";
        seen ||= entry.visible;
      }
      if (seen) refreshSoon();
    },
    close() {
      clearTimeout(timer);
      for (const entry of entries) forget(entry);
      entries.clear();
      kept.clear();
    },
  };
}

interface Core {
  entries: Set<Entry>;
  kept: Map<string, Kept>;
  schedule: () => void;
}

/** A card's handle on its entry. */
function slotOf(entry: Entry, { entries, kept, schedule }: Core): Slot {
  return {
    get state() {
      return entry.state;
    },
    want(request) {
      if (same(entry.request, request)) return;
      entry.request = request;
      forget(entry);
      const known = kept.get(JSON.stringify(request));
      entry.need = known && !known.stale ? "nothing" : "now";
      if (known) setState(entry, { data: known.data, error: null, waiting: false });
      if (entry.visible && entry.need === "now") schedule();
    },
    show(visible) {
      if (entry.visible === visible) return;
      entry.visible = visible;
      if (!visible || entry.need === "nothing") return;
      entry.need = "now";
      schedule();
    },
    retry() {
      entry.need = "now";
      schedule();
    },
    close() {
      forget(entry);
      entries.delete(entry);
    },
  };
}

function keep(kept: Map<string, Kept>, answer: Kept): void {
  const name = JSON.stringify(answer.request);
  kept.delete(name);
  kept.set(name, answer);
  const [oldest] = kept.keys();
  if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest);
}

/** Take an entry off the question it waits for; a question nobody waits for is called off. */
function forget(entry: Entry): void {
  if (!entry.asked) return;
  entry.asked.open -= 1;
  if (entry.asked.open === 0) entry.asked.control.abort();
  entry.asked = null;
  entry.question = 0;
}

function isAbout(request: ChartRequest, run: string): boolean {
  return run === ANY || request.series.some((series) => series.run === run);
}

function setState(entry: Entry, state: SlotState): void {
  entry.state = state;
  entry.changed(state);
}

function same(a: ChartRequest | null, b: ChartRequest): boolean {
  return (
    a !== null &&
    a.lo === b.lo &&
    a.hi === b.hi &&
    a.buckets === b.buckets &&
    JSON.stringify(a.x) === JSON.stringify(b.x) &&
    a.series.length === b.series.length &&
    a.series.every((one, i) => {
      const other = b.series[i];
      return one.run === other?.run && one.key === other.key && one.rank === other.rank;
    })
  );
}
