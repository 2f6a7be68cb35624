/* oxlint-disable unicorn/require-post-message-target-origin -- ports and channels take none. */
/**
 * Live hints: "this run has something new". One connection serves every tab of the browser, held by
 * a shared worker, else by the tab that holds a lock, else by each tab; over HTTP/1.1 one stream per
 * tab would use up the six connections a browser grants.
 *
 * Hints carry no data: ask for what you show. After a lost connection, and every ten seconds while
 * there is none, `EVERYTHING` comes instead; `concerns` knows it.
 */

import { useSyncExternalStore } from "react";

import { ANY, type Connection, type HubMessage, openHub } from "./live-hub";
import type { TabMessage } from "./live.worker";
import type { Hint } from "./messages";
import { shareToken } from "./share";

export type { Connection };

/** Is the hint about this workspace, project or run, or about everything? */
export function concerns(
  hint: Hint,
  place: { workspace?: string; project?: string; run?: string },
): boolean {
  if (hint.run === ANY) return true;
  return (["workspace", "project", "run"] as const).every(
    (part) => place[part] === undefined || place[part] === hint[part],
  );
}

type Send = (message: TabMessage) => void;

const listeners = new Set<(hint: Hint) => void>();
const watchers = new Set<() => void>();
let connection: Connection = "live";
let send: Send | null = null;

/** Hear every hint for what the caller may see; returns how to stop. */
export function subscribe(listener: (hint: Hint) => void): () => void {
  listeners.add(listener);
  if (listeners.size === 1) join();
  return () => {
    if (!listeners.delete(listener) || listeners.size > 0) return;
    // A page change drops its listeners a moment before the next page adds its own.
    setTimeout(() => listeners.size === 0 && send?.({ type: "leave" }), 1000);
  };
}

/** How news come: by the stream, by asking every ten seconds, or not at all. */
export function useConnection(): Connection {
  return useSyncExternalStore(watchConnection, () => connection);
}

function watchConnection(changed: () => void): () => void {
  watchers.add(changed);
  return () => watchers.delete(changed);
}

function receive(message: HubMessage): void {
  if (message.type === "hint") {
    for (const listener of listeners) listener(message.hint);
  } else if (message.state !== connection) {
    connection = message.state;
    for (const watcher of watchers) watcher();
  }
}

function tellPresence(): void {
  if (listeners.size > 0) send?.({ type: "present", visible: !document.hidden });
}

function join(): void {
  if (!send) {
    // What a share link opens is this tab's alone.
    send = shareToken() === null ? (byWorker() ?? byLeader() ?? byTab()) : byTab();
    document.addEventListener("visibilitychange", tellPresence);
    addEventListener("pageshow", tellPresence);
    addEventListener("pagehide", () => send?.({ type: "leave" }));
  }
  tellPresence();
}

function byWorker(): Send | null {
  if (typeof SharedWorker === "undefined") return null;
  const worker = new SharedWorker(new URL("./live.worker.ts", import.meta.url), {
    type: "module",
    name: "swanlab-live",
  });
  worker.addEventListener("error", () => {
    send = byLeader() ?? byTab();
    tellPresence();
  });
  worker.port.addEventListener("message", ({ data }: MessageEvent<HubMessage>) => receive(data));
  worker.port.start();
  return (message) => worker.port.postMessage(message);
}

type Shout =
  HubMessage | { type: "tab"; tab: string; message: TabMessage } | { type: "who is there" };

/** One tab holds the lock and the connection; the others hear it by a broadcast channel. */
function byLeader(): Send | null {
  if (typeof BroadcastChannel === "undefined" || !("locks" in navigator)) return null;
  const tab = crypto.randomUUID();
  const channel = new BroadcastChannel("swanlab-live");
  let lead: ((tab: string, message: TabMessage) => void) | null = null;
  channel.addEventListener("message", ({ data }: MessageEvent<Shout>) => {
    if (data.type === "tab") lead?.(data.tab, data.message);
    else if (data.type === "who is there") tellPresence();
    else receive(data);
  });
  void navigator.locks.request("swanlab-live", () => {
    const hub = openHub({
      emit(message) {
        receive(message);
        channel.postMessage(message);
      },
    });
    lead = (from, message) =>
      message.type === "leave" ? hub.leave(from) : hub.present(from, message.visible);
    channel.postMessage({ type: "who is there" } satisfies Shout);
    tellPresence();
    return new Promise(() => {}); // The lock is ours until the tab closes.
  });
  return (message) => {
    if (lead) lead(tab, message);
    else channel.postMessage({ type: "tab", tab, message } satisfies Shout);
  };
}

function byTab(): Send {
  const share = shareToken();
  const shared: typeof fetch = (input, init) =>
    fetch(input, { ...init, headers: { ...init?.headers, "Swanlab-Share": share ?? "" } });
  const hub = openHub({ emit: receive, ...(share !== null && { fetch: shared }) });
  return (message) => (message.type === "leave" ? hub.leave("") : hub.present("", message.visible));
}
