// @vitest-environment jsdom
import { describe, expect, it } from "vitest";

import en from "./en.json";
import { pickLanguage } from "./index";
import zh from "./zh.json";

function leaves(value: object, prefix = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, child] of Object.entries(value)) {
    if (typeof child === "string") found.set(prefix + key, child);
    else for (const [path, text] of leaves(child, `${prefix}${key}.`)) found.set(path, text);
  }
  return found;
}

const placeholders = (text: string) => (text.match(/\{\{\w+\}\}/g) ?? []).toSorted();

describe("languages", () => {
  const [english, chinese] = [leaves(en), leaves(zh)];

  it("have the same keys", () => {
    expect([...chinese.keys()].toSorted()).toEqual([...english.keys()].toSorted());
  });

  it("have the same placeholders in every text", () => {
    const wrong = [...english].filter(
      ([key, text]) => placeholders(chinese.get(key) ?? "").join() !== placeholders(text).join(),
    );
    expect(wrong).toEqual([]);
  });

  it("leave no text empty", () => {
    expect([...english, ...chinese].filter(([, text]) => text.trim() === "")).toEqual([]);
  });
});

describe("the language", () => {
  it("is the one chosen, else the browser's first that we speak, else English", () => {
    expect(pickLanguage("zh", ["en-US"])).toBe("zh");
    expect(pickLanguage(null, ["fr", "zh-TW", "en"])).toBe("zh");
    expect(pickLanguage(null, ["fr"])).toBe("en");
    expect(pickLanguage("xx", [])).toBe("en");
  });
});
