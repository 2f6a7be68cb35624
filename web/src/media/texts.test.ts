// @vitest-environment jsdom
import { describe, expect, it } from "vitest";

import { parseDialogue, wordsOf } from "./dialogue";
import { differences } from "./differences";
import { isKnown } from "./kinds";
import { clock, peaksOf } from "./sound";

describe("dialogues", () => {
  const turns = [
    { role: "user", content: [{ type: "text", text: "hi" }, { type: "image" }] },
    { role: "assistant", content: null, tool_calls: [{ name: "f" }] },
  ];

  it("are read with parts and calls of tools", () => {
    const [asked, answered] = parseDialogue(JSON.stringify(turns));
    expect(asked).toEqual({ role: "user", text: 'hi\n{"type":"image"}', more: null });
    expect(answered?.text).toBe("");
    expect(answered?.more).toContain("tool_calls");
    expect(() => parseDialogue('[{"role": "king"}]')).toThrow("role");
    expect(wordsOf("json", JSON.stringify(turns))).toContain("user:\nhi");
    expect(wordsOf("json", "broken")).toBe("broken");
  });
});

describe("differences of texts", () => {
  it("are told by words", () => {
    expect(differences("the cat sat", "the dog sat")).toEqual([
      { text: "the ", kind: "same" },
      { text: "cat", kind: "gone" },
      { text: "dog", kind: "new" },
      { text: " sat", kind: "same" },
    ]);
  });

  it("of long texts are told by lines", () => {
    const lines = Array.from({ length: 5000 }, (_, i) => `line ${i}\n`);
    const found = differences(lines.join(""), lines.with(7, "other\n").join(""));
    expect(found?.filter(({ kind }) => kind === "new")).toEqual([{ text: "other\n", kind: "new" }]);
  });
});

describe("sounds", () => {
  it("are drawn by the least and greatest sample of each stretch", () => {
    const samples = Float32Array.from([0, 1, -1, 0.5, 0.25, -0.5]);
    expect(peaksOf([samples], 3)).toEqual([
      [
        [0, 1],
        [-1, 0.5],
        [-0.5, 0.25],
      ],
    ]);
    expect(peaksOf([samples], 100)[0]).toHaveLength(6);
    expect(peaksOf([new Float32Array()], 3)).toEqual([[]]);
  });

  it("have times that people read", () => {
    expect([0, 7.25, 12, 725.5].map(clock)).toEqual(["0:00", "0:07.3", "0:12", "12:05"]);
  });
});

describe("kinds", () => {
  it("have viewers in files of their name; other files are none", () => {
    for (const kind of ["image", "audio", "video", "text", "html", "table"])
      expect(isKnown(kind)).toBe(true);
    expect(["Plate", "MediaBoard", "nothing", "../secret"].some(isKnown)).toBe(false);
  });
});
