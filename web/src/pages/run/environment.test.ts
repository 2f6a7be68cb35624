import { describe, expect, it } from "vitest";

import { commandLine, diffLines, otherEntries, packagesOf, remotePage } from "./environment";

it("quotes a command as a shell wants it", () => {
  expect(commandLine({ command: ["python", "a b.py", "--x=1", "it's"] })).toBe(
    String.raw`python 'a b.py' --x=1 'it'\''s'`,
  );
  expect(commandLine({ command: "python x.py" })).toBe("python x.py");
  expect(commandLine({})).toBeUndefined();
});

it("links a remote only to the web", () => {
  expect(remotePage("git@github.com:a/b.git")).toBe("https://github.com/a/b");
  expect(remotePage("https://host/a/b.git")).toBe("https://host/a/b");
  expect(remotePage("/srv/git/b")).toBeUndefined();
  expect(remotePage("javascript:alert(1)")).toBeUndefined();
});

it("reads packages from an object or from lines, by name", () => {
  const expected = [
    { name: "numpy", version: "2.1" },
    { name: "Pillow", version: "11" },
  ];
  expect(packagesOf({ packages: { Pillow: "11", numpy: "2.1" } })).toEqual(expected);
  expect(packagesOf({ packages: ["Pillow==11", "numpy==2.1"] })).toEqual(expected);
  expect(packagesOf({})).toEqual([]);
});

it("leaves what it does not know for the rest of the page", () => {
  expect(otherEntries({ git: {}, slurm: { job: 1 } })).toEqual({ slurm: { job: 1 } });
});

describe("a diff", () => {
  it("is told apart by line, files by their heads", () => {
    const diff = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@ f\n a\n--- b\n+++ c\n";
    expect(diffLines(diff).map(({ kind }) => kind)).toEqual([
      "file",
      "file",
      "file",
      "place",
      "same",
      "removed",
      "added",
    ]);
  });
});
