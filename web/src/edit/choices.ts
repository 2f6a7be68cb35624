/** Which projects runs can be put into. */

import type { Project } from "@/api/messages";
import { type Workspace, writes } from "@/api/teams";

import type { Place } from "./patches";

/** What the server takes as the name of a project. */
export const PROJECT_NAME = /^[0-9A-Za-z_\-+.]{1,100}$/;

/** Longest list that is shown; the rest is found by typing. */
const MOST = 50;

/** A workspace that holds projects to put runs into. */
export interface Home {
  name: string;
  /** Whether one may make projects there. */
  creates: boolean;
}

/**
 * The workspaces one may put runs into: `own`, those that one writes to as a member, and those of
 * projects in which one may write as somebody they are shared with.
 */
export function homes(
  workspaces: readonly Pick<Workspace, "name" | "role">[],
  projects: readonly Project[],
  own: string,
): Home[] {
  const members = workspaces.filter(({ role }) => writes(role)).map(({ name }) => name);
  const creating = new Set([own, ...members.toSorted()]);
  const shared = new Set(projects.filter(({ access }) => access !== "read").map(at));
  return [
    ...[...creating].map((name) => ({ name, creates: true })),
    ...[...shared]
      .filter((name) => !creating.has(name))
      .toSorted()
      .map((name) => ({ name, creates: false })),
  ];
}

function at({ workspace }: Project): string {
  return workspace;
}

export interface Choices {
  /** Names of projects of `workspace` in which `text` occurs, the one heard of last first. */
  names: string[];
  /** Whether one of the projects is called just that. */
  exact: boolean;
}

/** The projects to choose from: those of `workspace` that one may write to, but not `but`. */
export function choices(
  projects: readonly Project[],
  workspace: string,
  text: string,
  but: Place | null,
): Choices {
  const all = projects.filter((one) => one.workspace === workspace);
  const names = all
    .filter(({ access }) => access !== "read")
    .map(({ name }) => name)
    .filter((name) => but?.workspace !== workspace || but.project !== name);
  const wanted = text.toLowerCase();
  return {
    names: names.filter((name) => name.toLowerCase().includes(wanted)).slice(0, MOST),
    exact: names.includes(text),
  };
}
