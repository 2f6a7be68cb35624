import type { ProjectRule } from "@/api/alerts";
import type { Translate } from "@/i18n";
import { formatNumber } from "@/lib/format";

type Told = Pick<ProjectRule, "event" | "key" | "bound" | "steps" | "better">;

/** What a rule waits for, in a few words. */
export function conditionText(rule: Told, t: Translate): string {
  const { event, key, bound, steps, better } = rule;
  if (event === "stalled")
    return t(better === "lower" ? "alerts.when.stalledLower" : "alerts.when.stalledHigher", {
      key,
      count: steps ?? 0,
    });
  return t(`alerts.when.${event}`, { key, bound: bound === null ? "" : formatNumber(bound) });
}
