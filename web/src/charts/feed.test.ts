import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { FrameChart } from "@/api/frame";

import { type Feed, openFeed, type SlotState } from "./feed";
import type { ChartRequest } from "./spec";

const request = (run: string, extra: Partial<ChartRequest> = {}): ChartRequest => ({
  series: [{ run, key: "loss", rank: 0 }],
  lo: null,
  hi: null,
  buckets: 500,
  ...extra,
});

const chart = (x: number): FrameChart => ({
  kind: "points",
  width: 1,
  x: new Float64Array([x]),
  series: [],
});

interface Asked {
  requests: ChartRequest[];
  signal: AbortSignal;
  answer: (charts: FrameChart[]) => void;
  fail: (error: unknown) => void;
}

describe("the feed", () => {
  let asked: Asked[] = [];
  let frames: (() => void)[] = [];
  let feed: Feed;
  const settle = () => vi.advanceTimersByTimeAsync(0);
  const frame = async () => {
    while (frames.length > 0) for (const callback of frames.splice(0)) callback();
    await settle();
  };
  const card = (run: string, visible = true) => {
    const states: SlotState[] = [];
    const slot = feed.open((state) => states.push(state));
    slot.want(request(run));
    slot.show(visible);
    return { slot, states };
  };
  const answerAll = async (x: number) => {
    const one = asked.at(-1);
    one?.answer(one.requests.map(() => chart(x)));
    await settle();
  };

  beforeEach(() => {
    vi.useFakeTimers();
    asked = [];
    frames = [];
    feed = openFeed({
      nextFrame: (callback) => frames.push(callback),
      now: () => Date.now(),
      fetchCharts: (requests, signal) =>
        new Promise((answer, fail) => asked.push({ requests, signal, answer, fail })),
    });
  });
  afterEach(() => {
    feed.close();
    vi.useRealTimers();
  });

  it("asks once for all cards that came into sight in a frame", async () => {
    card("a");
    card("b");
    card("hidden", false);
    await frame();
    expect(asked).toHaveLength(1);
    expect(asked[0]?.requests.map((one) => one.series[0]?.run)).toEqual(["a", "b"]);
  });

  it("waits for cards that come into sight while the page grows, but not for ever", async () => {
    const next = () => frames.splice(0).forEach((callback) => callback());
    card("first");
    next();
    card("second");
    next();
    expect(asked).toHaveLength(0);
    next();
    expect(asked.map(({ requests }) => requests.length)).toEqual([2]);
    for (let more = 0; more < 20; more++) {
      card(`more ${more}`);
      next();
    }
    await settle();
    expect(asked.length).toBeGreaterThan(2);
  });

  it("hands each card its own chart", async () => {
    const a = card("a");
    const b = card("b");
    await frame();
    asked[0]?.answer([chart(1), chart(2)]);
    await settle();
    expect(a.slot.state.data?.x[0]).toBe(1);
    expect(b.states.at(-1)?.data?.x[0]).toBe(2);
  });

  it("drops the answer to a question that changed, and calls it off if nobody waits", async () => {
    const { slot } = card("a");
    await frame();
    slot.want(request("a", { lo: 10, hi: 20 }));
    expect(asked[0]?.signal.aborted).toBe(true);
    await frame();
    asked[1]?.answer([chart(2)]);
    asked[0]?.answer([chart(1)]);
    await settle();
    expect(slot.state.data?.x[0]).toBe(2);
  });

  it("keeps a shared question alive while one card still waits", async () => {
    const a = card("a");
    const b = card("b");
    await frame();
    a.slot.close();
    expect(asked[0]?.signal.aborted).toBe(false);
    await answerAll(5);
    expect(b.slot.state.data?.x[0]).toBe(5);
    expect(a.states.at(-1)?.data).toBeNull();
  });

  it("asks again for the run of a hint only, and only for visible cards", async () => {
    card("a");
    card("b");
    const off = card("a", false);
    await frame();
    await answerAll(1);
    feed.hint("a");
    await vi.advanceTimersByTimeAsync(600);
    await frame();
    expect(asked.at(-1)?.requests).toHaveLength(1);
    await answerAll(2);
    off.slot.show(true);
    await frame();
    expect(asked.at(-1)?.requests).toHaveLength(1);
    expect(off.slot.state.waiting).toBe(true);
  });

  it("refreshes at most twice a second, however many hints come", async () => {
    card("a");
    await frame();
    await answerAll(0);
    const before = asked.length;
    for (let i = 0; i < 100; i++) {
      feed.hint("a");
      // oxlint-disable-next-line no-await-in-loop -- time passes in order
      await vi.advanceTimersByTimeAsync(20);
      // oxlint-disable-next-line no-await-in-loop -- time passes in order
      await frame();
      if (asked.length > before && frames.length === 0) {
        // oxlint-disable-next-line no-await-in-loop -- time passes in order
        await answerAll(i);
      }
    }
    expect(asked.length - before).toBeLessThanOrEqual(5);
    expect(asked.length - before).toBeGreaterThanOrEqual(3);
  });

  it("never asks twice at once: a hint during an answer asks after it", async () => {
    card("a");
    await frame();
    feed.hint("a");
    await vi.advanceTimersByTimeAsync(600);
    await frame();
    expect(asked).toHaveLength(1);
    await answerAll(1);
    await frame();
    expect(asked).toHaveLength(2);
  });

  it("keeps what is shown when an answer fails, and retries on demand and on hints", async () => {
    const { slot } = card("a");
    await frame();
    await answerAll(1);
    feed.hint("*");
    await vi.advanceTimersByTimeAsync(600);
    await frame();
    asked.at(-1)?.fail(new Error("gone"));
    await settle();
    expect(slot.state.data?.x[0]).toBe(1);
    expect(slot.state.error).toBeInstanceOf(Error);
    slot.retry();
    await frame();
    await answerAll(2);
    expect(slot.state.error).toBeNull();
    expect(slot.state.data?.x[0]).toBe(2);
  });

  it("asks nothing for the same wish", async () => {
    const { slot } = card("a");
    await frame();
    await answerAll(1);
    slot.want(request("a"));
    await frame();
    expect(asked).toHaveLength(1);
  });

  it("asks anew over another axis", async () => {
    const { slot } = card("a");
    await frame();
    await answerAll(1);
    slot.want(request("a", { x: { metric: "epoch" } }));
    await frame();
    expect(asked.at(-1)?.requests[0]?.x).toEqual({ metric: "epoch" });
    expect(asked).toHaveLength(2);
  });

  it("shows a card that comes back at once, and asks only if something was new", async () => {
    const first = card("a");
    await frame();
    await answerAll(7);
    first.slot.close();
    const back = card("a");
    expect(back.slot.state.data?.x[0]).toBe(7);
    await frame();
    expect(asked).toHaveLength(1);
    back.slot.close();
    feed.hint("a");
    const again = card("a");
    expect(again.slot.state.data?.x[0]).toBe(7);
    await frame();
    expect(asked).toHaveLength(2);
  });

  it("does not take an answer for fresh that a hint overtook", async () => {
    const first = card("a");
    await frame();
    feed.hint("a");
    await answerAll(1);
    first.slot.close();
    card("a");
    await frame();
    expect(asked).toHaveLength(2);
  });

  it("splits a crowd into several questions", async () => {
    for (let i = 0; i < 150; i++) card(`run ${i}`);
    await frame();
    expect(asked.map((one) => one.requests.length)).toEqual([64, 64, 22]);
  });
});
