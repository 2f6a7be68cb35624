import { describe, expect, it } from "vitest";

import { ApiError } from "./client";
import { type Fetch, openLoader } from "./media";
import type { MediaEntry, MediaWanted } from "./messages";

const entry = ({ key }: MediaWanted): MediaEntry => ({ step: 0, time: 0, kind: key, items: [] });
const answered: Fetch = (wanted) => Promise.resolve(wanted.map((one) => [entry(one)]));
const signal = () => new AbortController().signal;

/** A loader whose moments are called by hand. */
function byHand(fetchEntries: Fetch) {
  const calls: (() => void)[] = [];
  const loader = openLoader(fetchEntries, (call) => calls.push(call));
  return { loader, next: () => calls.shift()?.() };
}

describe("entries that are asked for together", () => {
  it("are one question, and everybody gets what it asked for", async () => {
    const asked: string[][] = [];
    const { loader, next } = byHand((wanted, control) => {
      asked.push(wanted.map(({ key }) => key));
      return answered(wanted, control);
    });
    const both = ["a", "b"].map((key) => loader.load({ run: "r", key }, signal()));
    next();
    const found = await Promise.all(both);
    expect(found.map(([one]) => one?.kind)).toEqual(["a", "b"]);
    expect(asked).toEqual([["a", "b"]]);
  });

  it("are not asked for when nobody waits any more", async () => {
    const asked: string[][] = [];
    const { loader, next } = byHand((wanted, control) => {
      asked.push(wanted.map(({ key }) => key));
      return answered(wanted, control);
    });
    const control = new AbortController();
    const left = loader.load({ run: "r", key: "left" }, control.signal);
    const kept = loader.load({ run: "r", key: "kept" }, signal());
    control.abort();
    await expect(left).rejects.toThrow("aborted");
    next();
    await kept;
    expect(asked).toEqual([["kept"]]);
  });

  it("come in halves where they are too much for one answer, and only what fails, fails", async () => {
    const tooMuch = new ApiError(413, { code: "too_large", message: "too much", detail: {} });
    const { loader, next } = byHand((wanted, control) =>
      wanted.length > 1 || wanted[0]?.key === "huge"
        ? Promise.reject(tooMuch)
        : answered(wanted, control),
    );
    const all = ["a", "b", "huge"].map((key) => loader.load({ run: "r", key }, signal()));
    next();
    const found = await Promise.allSettled(all);
    expect(found.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected"]);
  });
});
