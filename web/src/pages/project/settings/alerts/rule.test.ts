import { describe, expect, it } from "vitest";

import { ApiError } from "@/api/client";

import {
  bodyOf,
  complete,
  type Draft,
  draftOf,
  editOf,
  EVENTS,
  hostOf,
  needs,
  refusedField,
} from "./rule";

const draft = (part: Partial<Draft>): Draft => ({ ...draftOf(null), ...part });
const refusal = (status: number, path: unknown) =>
  new ApiError(status, { code: "bad_request", message: "", detail: { path } });

describe("the form of a rule", () => {
  it("sends only what its event needs, whatever was written for another one", () => {
    const written = { key: "loss", bound: "1e2", steps: "50", better: "higher" } as const;
    const sent = (event: Draft["event"]) => {
      const {
        name: _,
        event: __,
        email: ___,
        webhook: ____,
        ...rest
      } = bodyOf(draft({ ...written, event }), "x");
      return rest;
    };
    expect(sent("crashed")).toEqual({});
    expect(sent("above")).toEqual({ key: "loss", bound: 100 });
    expect(sent("below")).toEqual({ key: "loss", bound: 100 });
    expect(sent("nan")).toEqual({ key: "loss" });
    expect(sent("stalled")).toEqual({ key: "loss", steps: 50, better: "higher" });
  });

  it("knows what every event needs", () => {
    expect(EVENTS.filter((event) => needs(event, "key"))).toEqual([
      "above",
      "below",
      "nan",
      "stalled",
    ]);
  });

  it("is complete when it says all of what it waits for", () => {
    expect(complete(draft({ event: "crashed" }))).toBe(true);
    expect(complete(draft({ event: "above", key: "loss" }))).toBe(false);
    expect(complete(draft({ event: "above", key: "loss", bound: "0" }))).toBe(true);
    expect(complete(draft({ event: "stalled", key: "loss", bound: "0" }))).toBe(false);
  });

  it("calls a rule without a name by what it waits for, in as many letters as a name may have", () => {
    expect(bodyOf(draft({ name: "  " }), "A run crashed").name).toBe("A run crashed");
    expect(bodyOf(draft({}), "x".repeat(200)).name).toHaveLength(100);
    expect(bodyOf(draft({ name: " mine " }), "x").name).toBe("mine");
  });

  it("leaves a secret as it is unless another one is written", () => {
    expect(bodyOf(draft({ webhook: "http://x.org/" }), "x")).not.toHaveProperty("secret");
    expect(bodyOf(draft({ secret: "hush" }), "x").secret).toBe("hush");
  });

  it("takes a webhook away when its address is emptied, and never changes the event", () => {
    const edit = editOf(draft({ webhook: " ", email: true }), "x");
    expect(edit.webhook).toBeNull();
    expect(edit).not.toHaveProperty("event");
  });

  it("is the same when a rule is read and sent again", () => {
    const rule = {
      id: 1,
      name: "n",
      event: "below",
      key: "acc",
      bound: 0.25,
      steps: null,
      better: "lower",
      email: true,
      webhook: null,
      signed: false,
      enabled: true,
      author: "me",
      created_at: 0,
    } as const;
    expect(editOf(draftOf(rule), "x")).toEqual({
      name: "n",
      key: "acc",
      bound: 0.25,
      email: true,
      webhook: null,
    });
  });
});

describe("what the server refuses", () => {
  it("is said at its field", () => {
    expect(refusedField(refusal(400, "$.webhook"))).toBe("webhook");
    expect(refusedField(refusal(400, "$"))).toBeNull();
    expect(refusedField(refusal(403, "$.webhook"))).toBeNull();
    expect(refusedField(new Error("no"))).toBeNull();
  });
});

describe("where a webhook goes", () => {
  it("is told without its path, which may hold a token", () => {
    expect(hostOf("https://hooks.example:8443/T0/secret")).toBe("hooks.example:8443");
    expect(hostOf("not an address")).toBe("not an address");
  });
});
