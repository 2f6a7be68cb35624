/* oxlint-disable no-await-in-loop -- connections and reads follow one another. */
/**
 * The one live connection of a browser: reads `GET /api/v1/live` while anybody looks, asks every
 * ten seconds where the stream does not get through, and rests when all tabs are hidden.
 */

import type { Hint } from "./messages";

export type Connection = "live" | "polling" | "offline";
export type HubMessage = { type: "hint"; hint: Hint } | { type: "state"; state: Connection };

/** Stands for any workspace, project and run: hints may have been missed, everything may be new. */
export const ANY = "*";
export const EVERYTHING: Hint = {
  workspace: ANY,
  project: ANY,
  run: ANY,
  state: "running",
  kinds: ["series", "keys", "logs", "run"],
};

const POLL = 10_000;
const REST_AFTER = 60_000;
/** The server says something at least every 15 s; silence for this long is a dead connection. */
const SILENCE = 40_000;
const FIRST_RETRY = 1000;
const LAST_RETRY = 30_000;

export interface Hub {
  /** A tab is there and listens; `visible`: somebody may be looking at it. */
  present(tab: string, visible: boolean): void;
  leave(tab: string): void;
  close(): void;
}

export interface HubOptions {
  emit: (message: HubMessage) => void;
  fetch?: typeof fetch;
  root?: string;
}

/** Open a hub; it connects once a visible tab is present. */
export function openHub({ emit, fetch = globalThis.fetch, root = "/api/v1" }: HubOptions): Hub {
  const tabs = new Map<string, boolean>();
  let running: AbortController | null = null;
  let resting: ReturnType<typeof setTimeout> | undefined;

  const stop = () => {
    running?.abort();
    running = null;
  };
  const update = () => {
    const wanted = [...tabs.values()].some(Boolean);
    if (wanted) {
      clearTimeout(resting);
      resting = undefined;
      if (running) return;
      running = new AbortController();
      void follow({ emit, fetch, root, signal: running.signal });
    } else if (running && resting === undefined) {
      resting = setTimeout(stop, tabs.size ? REST_AFTER : 0);
    }
  };
  return {
    present(tab, visible) {
      tabs.set(tab, visible);
      update();
    },
    leave(tab) {
      tabs.delete(tab);
      update();
    },
    close() {
      clearTimeout(resting);
      stop();
    },
  };
}

interface Following {
  emit: (message: HubMessage) => void;
  fetch: typeof fetch;
  root: string;
  signal: AbortSignal;
}

/** Read the stream until `signal` fires, again and again; poll in between. */
async function follow(options: Following): Promise<void> {
  const { emit, signal } = options;
  let failures = 0;
  let polling: ReturnType<typeof setInterval> | undefined;
  const opened = () => {
    failures = 0;
    clearInterval(polling);
    polling = undefined;
    emit({ type: "state", state: "live" });
    // Also the first time: what came between a page's first answers and now, nobody told it.
    emit({ type: "hint", hint: EVERYTHING });
  };
  while (!signal.aborted) {
    const refused = await readStream(options, opened);
    if (signal.aborted) break;
    failures += 1;
    if (polling === undefined) {
      void poll(options);
      polling = setInterval(() => void poll(options), POLL);
    }
    const wait = refused ? LAST_RETRY : Math.min(LAST_RETRY, FIRST_RETRY * 2 ** (failures - 1));
    await pause(wait * (0.75 + Math.random() / 4), signal);
  }
  clearInterval(polling);
}

/** One connection, until it ends. Resolves with true when the server refused to talk to us. */
async function readStream(options: Following, opened: () => void): Promise<boolean> {
  const { emit, fetch, root, signal } = options;
  const attempt = new AbortController();
  const giveUp = () => attempt.abort();
  signal.addEventListener("abort", giveUp);
  let silence = setTimeout(giveUp, SILENCE);
  try {
    const response = await fetch(`${root}/live`, {
      headers: { Accept: "text/event-stream" },
      credentials: "same-origin",
      cache: "no-store",
      signal: attempt.signal,
    });
    if (!response.ok || !response.body) return response.status < 500;
    opened();
    const parse = eventParser((hint) => emit({ type: "hint", hint }));
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return false;
      clearTimeout(silence);
      silence = setTimeout(giveUp, SILENCE);
      parse(value);
    }
  } catch {
    return false; // Cut off: the caller tries again, and polls meanwhile.
  } finally {
    clearTimeout(silence);
    signal.removeEventListener("abort", giveUp);
    attempt.abort();
  }
}

/** Without hints anything may be new, if only the server answers. */
async function poll({ emit, fetch, root, signal }: Following): Promise<void> {
  let reached: boolean;
  try {
    reached = (await fetch(`${root}/health`, { cache: "no-store", signal })).ok;
  } catch {
    reached = false;
  }
  if (signal.aborted) return;
  emit({ type: "state", state: reached ? "polling" : "offline" });
  if (reached) emit({ type: "hint", hint: EVERYTHING });
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Feed the text of an event stream piece by piece; calls `onHint` for each whole hint. */
export function eventParser(onHint: (hint: Hint) => void): (text: string) => void {
  let rest = "";
  let name = "";
  let data: string[] = [];
  const line = (text: string) => {
    if (text === "") {
      if (name === "hint" && data.length) onHint(JSON.parse(data.join("\n")) as Hint);
      name = "";
      data = [];
    } else if (text.startsWith("event:")) name = text.slice(6).trim();
    else if (text.startsWith("data:")) data.push(text.slice(5).replace(/^ /, ""));
  };
  return (text) => {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop() ?? "";
    for (const one of lines) line(one);
  };
}
