/** A rule as it is written in its form, and what the form sends. */

import type { NewRule, ProjectRule, RuleEdit } from "@/api/alerts";
import { ApiError } from "@/api/client";

export type Event = ProjectRule["event"];
export type Better = ProjectRule["better"];

export const EVENTS: readonly Event[] = [
  "crashed",
  "finished",
  "unresponsive",
  "above",
  "below",
  "nan",
  "stalled",
];

type Condition = "key" | "bound" | "steps" | "better";
const NEEDS: Readonly<Record<Event, readonly Condition[]>> = {
  finished: [],
  crashed: [],
  unresponsive: [],
  above: ["key", "bound"],
  below: ["key", "bound"],
  nan: ["key"],
  stalled: ["key", "steps", "better"],
};

/** Whether a rule for the event says this of what it waits for. */
export function needs(event: Event, field: Condition): boolean {
  return NEEDS[event].includes(field);
}

/** Whether the draft says all of what it waits for. */
export function complete(draft: Draft): boolean {
  return (["key", "bound", "steps"] as const).every(
    (field) => !needs(draft.event, field) || draft[field] !== "",
  );
}

export interface Draft {
  /** Empty: what it waits for says it. */
  name: string;
  event: Event;
  key: string;
  bound: string;
  steps: string;
  better: Better;
  email: boolean;
  webhook: string;
  /** Empty: the one that is set stays, if any. */
  secret: string;
}

/** The form's fields, in the order in which one of them is named as refused. */
export const FIELDS = ["name", "key", "bound", "steps", "webhook", "secret"] as const;
export type Field = (typeof FIELDS)[number];

export function draftOf(rule: ProjectRule | null): Draft {
  return {
    name: rule?.name ?? "",
    event: rule?.event ?? "crashed",
    key: rule?.key ?? "",
    bound: rule?.bound?.toString() ?? "",
    steps: rule?.steps?.toString() ?? "",
    better: rule?.better ?? "lower",
    email: rule?.email ?? false,
    webhook: rule?.webhook ?? "",
    secret: "",
  };
}

/** What the draft changes of a rule, whose event stays; `called` names one that was given no name. */
export function editOf(draft: Draft, called: string): RuleEdit & { name: string } {
  const { event } = draft;
  return {
    name: draft.name.trim() || called.slice(0, 100),
    ...(needs(event, "key") && { key: draft.key }),
    ...(needs(event, "bound") && { bound: Number(draft.bound) }),
    ...(needs(event, "steps") && { steps: Number(draft.steps) }),
    ...(needs(event, "better") && { better: draft.better }),
    email: draft.email,
    webhook: draft.webhook.trim() || null,
    ...(draft.secret !== "" && { secret: draft.secret }),
  };
}

/** What makes a rule of the draft. */
export function bodyOf(draft: Draft, called: string): NewRule {
  return { event: draft.event, ...editOf(draft, called) };
}

/** The field that the server refuses; null when it is about something else. */
export function refusedField(error: unknown): Field | null {
  if (!(error instanceof ApiError) || error.status !== 400) return null;
  const { path } = error.detail;
  return FIELDS.find((field) => path === `$.${field}`) ?? null;
}

/** Where a webhook goes, without what may be secret in its path. */
export function hostOf(webhook: string): string {
  return URL.canParse(webhook) ? new URL(webhook).host : webhook;
}
