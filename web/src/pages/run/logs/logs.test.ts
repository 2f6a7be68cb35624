import { describe, expect, it } from "vitest";

import type { LogLine, Logs } from "@/api/messages";

import { makeLogStore, PAGE } from "./store";
import { findMatches, firstFrom, joinLines, levelName, linesOfLevel, plainText } from "./text";

function line(number: number, text = `line ${number}`, level = 20): LogLine {
  return { line: number, time: 0, level, stream: 1, text };
}

/** A run's console as the server answers for it. */
function consoleOf(lines: LogLine[]) {
  const asked: { first?: number; limit: number }[] = [];
  const fetchLogs = async (query: { first?: number; limit: number }): Promise<Logs> => {
    asked.push(query);
    const total = lines.length;
    const first = query.first ?? Math.max(0, total - query.limit);
    return {
      writer: "w",
      writers: ["w"],
      total,
      lines: lines.slice(first, first + query.limit),
    };
  };
  return { asked, fetchLogs };
}

const many = (count: number) => Array.from({ length: count }, (_, number) => line(number));

describe("the log store", () => {
  it("begins with the newest lines", async () => {
    const { fetchLogs } = consoleOf(many(5500));
    const store = makeLogStore(fetchLogs);
    await store.refresh();
    const { total, lines } = store.snapshot();
    expect(total).toBe(5500);
    expect(lines[5499]?.text).toBe("line 5499");
    expect(lines[4000]).toBeUndefined();
  });

  it("fetches a page once, however often it is wanted", async () => {
    const { asked, fetchLogs } = consoleOf(many(5500));
    const store = makeLogStore(fetchLogs);
    await store.refresh();
    await Promise.all([store.want(10, 50), store.want(20, 60)]);
    await store.want(0, PAGE);
    expect(asked).toHaveLength(2);
    expect(store.snapshot().lines[0]?.text).toBe("line 0");
  });

  it("reads everything when everything is wanted", async () => {
    const { fetchLogs } = consoleOf(many(5500));
    const store = makeLogStore(fetchLogs);
    await store.refresh();
    await store.want(0, 5500);
    expect(store.snapshot().read).toBe(5500);
    expect(store.snapshot().lines.filter(Boolean)).toHaveLength(5500);
  });

  it("takes up new lines and replaces a progress bar", async () => {
    const lines = [line(0), line(1, "10 %")];
    const { fetchLogs } = consoleOf(lines);
    const store = makeLogStore(fetchLogs);
    await store.refresh();
    lines[1] = line(1, "90 %");
    lines.push(line(2));
    await store.refresh();
    expect(store.snapshot().lines.map((one) => one?.text)).toEqual(["line 0", "90 %", "line 2"]);
  });

  it("goes on after a burst longer than one answer", async () => {
    const lines = many(10);
    const { fetchLogs } = consoleOf(lines);
    const store = makeLogStore(fetchLogs);
    await store.refresh();
    for (let number = 10; number < 4321; number++) lines.push(line(number));
    await store.refresh();
    expect(store.snapshot().total).toBe(4321);
    await store.want(0, 4321);
    expect(store.snapshot().read).toBe(4321);
  });

  it("keeps what it has when the server is lost, and says so", async () => {
    let lost = false;
    const { fetchLogs } = consoleOf(many(3));
    const store = makeLogStore((query) =>
      lost ? Promise.reject(new Error("gone")) : fetchLogs(query),
    );
    await store.refresh();
    lost = true;
    await expect(store.refresh()).rejects.toThrow("gone");
    expect(store.snapshot().error).toBeInstanceOf(Error);
    expect(store.snapshot().lines).toHaveLength(3);
    lost = false;
    await store.refresh();
    expect(store.snapshot().error).toBeNull();
  });
});

describe("lines", () => {
  it("lose their escape sequences", () => {
    expect(plainText("\u001B[1;31mred\u001B[0m \u001B]0;title\u0007end")).toBe("red end");
  });

  it("have the level below which their number lies", () => {
    expect([5, 10, 20, 25, 30, 40, 50].map(levelName)).toEqual([
      "debug",
      "debug",
      "info",
      "info",
      "warning",
      "error",
      "error",
    ]);
  });

  it("are filtered and searched by position", () => {
    const lines = [line(0, "a", 20), line(1, "b", 40), undefined, line(3, "ab", 30)];
    const shown = linesOfLevel(lines, "warning");
    expect(shown).toEqual([1, 3]);
    expect(findMatches(lines, shown, (text) => text.includes("a"))).toEqual([1]);
    expect(findMatches(lines, null, (text) => text.includes("a"))).toEqual([0, 3]);
    expect(joinLines(lines, shown, false)).toBe("b\nab");
  });

  it("are gone through from where one is", () => {
    expect(firstFrom([2, 5, 9], 5)).toBe(1);
    expect(firstFrom([2, 5, 9], 6)).toBe(2);
    expect(firstFrom([2, 5, 9], 10)).toBe(3);
  });
});
