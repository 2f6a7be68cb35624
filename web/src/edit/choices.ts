/** Which projects runs can be put into. */

import type { Project } from "@/api/messages";

import type { Place } from "./patches";

/** What the server takes as the name of a project. */
export const PROJECT_NAME = /^[0-9A-Za-z_\-+.]{1,100}$/;

/** Longest list that is shown; the rest is found by typing. */
const MOST = 50;

export interface Choices {
  /** Names of projects of `workspace` in which `text` occurs, the one heard of last first. */
  names: string[];
  /** Whether one of the projects is called just that. */
  exact: boolean;
}

/** The projects to choose from: those of `workspace`, but not `but`. */
export function choices(
  projects: readonly Project[],
  workspace: string,
  text: string,
  but: Place | null,
): Choices {
  const own = projects
    .filter((one) => one.workspace === workspace)
    .map(({ name }) => name)
    .filter((name) => but?.workspace !== workspace || but.project !== name);
  const wanted = text.toLowerCase();
  return {
    names: own.filter((name) => name.toLowerCase().includes(wanted)).slice(0, MOST),
    exact: own.includes(text),
  };
}
