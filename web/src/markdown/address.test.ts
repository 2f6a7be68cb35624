import { describe, expect, it } from "vitest";

import { isOwn, linkAddress } from "./address";

const HERE = "https://lab.example/@me/cats/runs/r1";

describe("addresses in a text", () => {
  it("lead to the web, to mail and to places on this server", () => {
    const fine = ["https://a.example/x?y#z", "http://a.example", "mailto:a@b.c", "/@me", "#top"];
    expect(fine.map((one) => linkAddress(one, HERE))).toEqual(fine);
  });

  it("lead nowhere else, however they are spelled", () => {
    const bad = [
      "javascript:alert(1)",
      "JaVaScRiPt:alert(1)",
      " javascript:alert(1)",
      "java\tscript:alert(1)",
      "data:text/html,<script>alert(1)</script>",
      "vbscript:x",
      "file:///etc/passwd",
      "blob:https://lab.example/1",
      "http://[",
    ];
    expect(bad.map((one) => linkAddress(one, HERE))).toEqual(bad.map(() => null));
  });

  it("of pictures are our own, or only links", () => {
    expect(["/a.png", "a.png", "https://lab.example/a.png"].map((one) => isOwn(one, HERE))).toEqual(
      [true, true, true],
    );
    const strange = ["https://evil.example/a.png", "//evil.example/a.png", "data:image/png,x"];
    expect(strange.map((one) => isOwn(one, HERE))).toEqual([false, false, false]);
    expect(isOwn("http://lab.example/a.png", HERE)).toBe(false);
  });
});
