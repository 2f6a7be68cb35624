// @vitest-environment jsdom
import { describe, expect, it } from "vitest";

import type { Project, RunsPlaced } from "@/api/messages";

import { choices, homes, PROJECT_NAME } from "./choices";
import { stayed } from "./usePlacing";

function project(workspace: string, name: string): Project {
  return {
    workspace,
    name,
    description: null,
    visibility: "private",
    tags: [],
    created_at: 0,
    updated_at: 0,
    archived_at: null,
    runs: 0,
    running: 0,
    stars: 0,
    starred: false,
    access: "manage",
  };
}

const ALL = [project("me", "Cats"), project("you", "cats-too"), project("me", "dogs")];

describe("projects to put runs into", () => {
  it("are one's own, in the order of the list", () => {
    expect(choices(ALL, "me", "", null).names).toEqual(["Cats", "dogs"]);
  });

  it("are found by a part of their name, whatever the case", () => {
    expect(choices(ALL, "me", "cA", null).names).toEqual(["Cats"]);
  });

  it("leave out the one that the runs are in, but not another of its name", () => {
    expect(choices(ALL, "me", "", { workspace: "me", project: "dogs" }).names).toEqual(["Cats"]);
    const other = { workspace: "you", project: "dogs" };
    expect(choices(ALL, "me", "", other).names).toEqual(["Cats", "dogs"]);
  });

  it("say whether one is called just that", () => {
    expect(choices(ALL, "me", "dogs", null).exact).toBe(true);
    expect(choices(ALL, "me", "dog", null).exact).toBe(false);
  });

  it("have names that the server takes", () => {
    expect(["a", "A_b-c.1+2", "x".repeat(100)].every((name) => PROJECT_NAME.test(name))).toBe(true);
    expect(["", "a b", "a/b", "猫", "x".repeat(101)].some((n) => PROJECT_NAME.test(n))).toBe(false);
  });
});

describe("workspaces to put runs into", () => {
  it("are one's own, those one writes to as a member, and those of shared projects", () => {
    const workspaces = [
      { name: "lab", role: "member" },
      { name: "readers", role: "viewer" },
      { name: "foreign", role: null },
      { name: "me", role: "owner" },
    ] as const;
    const seen: Project = { ...project("public", "papers"), access: "read" };
    const shared: Project = { ...project("you", "cats"), access: "write" };
    expect(homes(workspaces, [...ALL, seen, shared], "me")).toEqual([
      { name: "me", creates: true },
      { name: "lab", creates: true },
      { name: "you", creates: false },
    ]);
  });

  it("offer only projects that one may write to", () => {
    const seen: Project = { ...project("me", "papers"), access: "read" };
    expect(choices([seen, ...ALL], "me", "", null).names).toEqual(["Cats", "dogs"]);
  });
});

describe("what is said of runs that stayed", () => {
  const none: RunsPlaced = {
    workspace: "me",
    project: "dogs",
    runs: {},
    missing: [],
    running: [],
    taken: [],
  };

  it("is nothing when all went", () => {
    expect(stayed(none)).toBeNull();
  });

  it("names the reason that can be helped first", () => {
    expect(stayed({ ...none, missing: ["a"] })).toEqual(["place.missing", 1]);
    expect(stayed({ ...none, missing: ["a"], running: ["b", "c"] })).toEqual(["place.running", 2]);
    expect(stayed({ ...none, running: ["b"], taken: ["d"] })).toEqual(["place.taken", 1]);
  });
});
