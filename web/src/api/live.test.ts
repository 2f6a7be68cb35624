import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { concerns } from "./live";
import { EVERYTHING, eventParser, type Hub, type HubMessage, openHub } from "./live-hub";
import type { Hint } from "./messages";

const hint: Hint = {
  workspace: "lab",
  project: "cats",
  run: "abc",
  state: "running",
  kinds: ["series"],
};
const event = `event: hint\ndata: ${JSON.stringify(hint)}\n\n`;

/** A server whose streams the test writes to and cuts. */
function server() {
  const streams: ReadableStreamDefaultController<Uint8Array>[] = [];
  let open = 0;
  const state = { up: true, live: true, polls: 0 };
  const answer = async (url: unknown, init?: RequestInit): Promise<Response> => {
    if (!state.up) throw new TypeError("connection refused");
    if (!String(url).endsWith("/live")) {
      state.polls += 1;
      return new Response("{}");
    }
    if (!state.live) return new Response("no", { status: 502 });
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        streams.push(controller);
        open += 1;
        init?.signal?.addEventListener("abort", () => {
          open -= 1;
          controller.error(new DOMException("cut", "AbortError"));
        });
      },
    });
    return new Response(body);
  };
  const say = (text: string) => streams.at(-1)?.enqueue(new TextEncoder().encode(text));
  return { state, streams, answer: answer as typeof fetch, say, open: () => open > 0 };
}

const settle = () => vi.advanceTimersByTimeAsync(0);

describe("the live hub", () => {
  let messages: HubMessage[] = [];
  let hub: Hub;
  let origin: ReturnType<typeof server>;
  const states = () => messages.flatMap((m) => (m.type === "state" ? [m.state] : []));
  const hints = () => messages.flatMap((m) => (m.type === "hint" ? [m.hint] : []));

  /** The back-off has jitter and grows to half a minute. */
  const untilLive = async () => {
    // oxlint-disable-next-line no-await-in-loop -- time passes in order
    for (let i = 0; i < 40 && states().at(-1) !== "live"; i++) await pass(1);
    expect(states().at(-1)).toBe("live");
  };
  const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000);

  beforeEach(() => {
    vi.useFakeTimers();
    messages = [];
    origin = server();
    hub = openHub({ emit: (message) => messages.push(message), fetch: origin.answer });
  });
  afterEach(() => {
    hub.close();
    vi.useRealTimers();
  });

  it("connects only when a visible tab is there, once for all tabs", async () => {
    hub.present("a", false);
    await settle();
    expect(origin.streams).toHaveLength(0);
    hub.present("a", true);
    hub.present("b", true);
    await settle();
    expect(origin.streams).toHaveLength(1);
    expect(states()).toEqual(["live"]);
  });

  it("passes hints on, also when a chunk cuts one in two", async () => {
    hub.present("a", true);
    await settle();
    origin.say(`: ping\n\n${event.slice(0, 20)}`);
    origin.say(event.slice(20));
    await settle();
    expect(hints()).toEqual([EVERYTHING, hint]);
  });

  it("comes back after a cut, and says that hints may have been missed", async () => {
    hub.present("a", true);
    await settle();
    origin.streams[0]?.close();
    await vi.advanceTimersByTimeAsync(1000);
    expect(origin.streams).toHaveLength(2);
    expect(states().at(-1)).toBe("live");
    expect(hints().at(-1)).toEqual(EVERYTHING);
  });

  it("takes silence for a dead connection", async () => {
    hub.present("a", true);
    await settle();
    await vi.advanceTimersByTimeAsync(30_000);
    origin.say(": ping\n\n");
    await vi.advanceTimersByTimeAsync(30_000);
    expect(origin.streams).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(origin.streams.length).toBeGreaterThan(1);
  });

  it("polls every ten seconds where the stream is blocked", async () => {
    origin.state.live = false;
    hub.present("a", true);
    await settle();
    expect(states()).toEqual(["polling"]);
    const before = hints().length;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(hints().length - before).toBeGreaterThanOrEqual(3);
    origin.state.live = true;
    await untilLive();
    const polls = origin.state.polls;
    await vi.advanceTimersByTimeAsync(15_000);
    expect(origin.state.polls).toBe(polls);
  });

  it("is offline while the server is gone, without hints, and recovers", async () => {
    origin.state.up = false;
    hub.present("a", true);
    await vi.advanceTimersByTimeAsync(25_000);
    expect(new Set(states())).toEqual(new Set(["offline"]));
    expect(hints()).toEqual([]);
    origin.state.up = true;
    await untilLive();
    expect(hints().at(-1)).toEqual(EVERYTHING);
  });

  it("rests a minute after the last tab was hidden and wakes with news", async () => {
    const passAlive = async (seconds: number) => {
      for (let i = 0; i < seconds; i++) {
        origin.say(": ping\n\n");
        // oxlint-disable-next-line no-await-in-loop -- time passes in order
        await vi.advanceTimersByTimeAsync(1000);
      }
    };
    hub.present("a", true);
    await settle();
    hub.present("a", false);
    await passAlive(59);
    hub.present("a", true);
    hub.present("a", false);
    await passAlive(59);
    origin.say(event);
    await settle();
    expect(hints()).toEqual([EVERYTHING, hint]);
    await vi.advanceTimersByTimeAsync(2000);
    expect(origin.open()).toBe(false);
    hub.present("a", true);
    await settle();
    expect(origin.streams).toHaveLength(2);
    expect(hints().at(-1)).toEqual(EVERYTHING);
  });

  it("closes when the last tab leaves", async () => {
    hub.present("a", true);
    await settle();
    hub.leave("a");
    await settle();
    expect(origin.open()).toBe(false);
  });
});

describe("eventParser", () => {
  it("bears CRLF, several data lines, comments and other events", () => {
    const seen: Hint[] = [];
    const parse = eventParser((one) => seen.push(one));
    const [head = "", tail = ""] = JSON.stringify(hint).split(/(?<=,)/, 2);
    parse(`event: other\r\ndata: {}\r\n\r\n: x\r\n`);
    parse(
      `event: hint\r\ndata: ${head}\r\ndata: ${JSON.stringify(hint).slice(head.length)}\r\n\r\n`,
    );
    expect(tail).not.toBe("");
    expect(seen).toEqual([hint]);
  });
});

describe("concerns", () => {
  it("tells whom a hint is about, and that EVERYTHING is about all", () => {
    expect(concerns(hint, { workspace: "lab", project: "cats" })).toBe(true);
    expect(concerns(hint, { workspace: "lab", project: "cats", run: "other" })).toBe(false);
    expect(concerns(EVERYTHING, { workspace: "x", project: "y", run: "z" })).toBe(true);
  });
});
