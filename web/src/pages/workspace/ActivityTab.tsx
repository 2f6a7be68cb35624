import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useCallback } from "react";
import { useTranslation } from "@/i18n";

import { concerns } from "@/api/live";
import type { Hint } from "@/api/messages";
import { useRefresh } from "@/api/queries";
import { activityQuery } from "@/api/teams";
import { Failure } from "@/components/Failure";
import { cell, Listing } from "@/components/Listing";
import { StateMark } from "@/components/StateMark";
import { cn } from "@/lib/classes";
import { formatAgo, formatMoment } from "@/lib/format";
import { useNow } from "@/lib/now";

/** The runs of a workspace that were heard of last. */
export function ActivityTab({ workspace }: { workspace: string }) {
  const { t, i18n } = useTranslation();
  const now = useNow(30_000);
  const query = activityQuery(workspace);
  const activity = useQuery(query);
  const ours = useCallback((hint: Hint) => concerns(hint, { workspace }), [workspace]);
  useRefresh(query.queryKey, ours);
  if (activity.error !== null && activity.data === undefined)
    return <Failure error={activity.error} onRetry={() => void activity.refetch()} />;
  return (
    <div className="rounded border border-line bg-panel">
      <Listing
        label={t("teams.tabs.activity")}
        empty={t("teams.noActivity")}
        columns={[
          { label: t("runs.run") },
          { label: t("runs.state") },
          { label: t("teams.project"), className: "max-sm:hidden" },
          { label: t("projects.updated"), className: "text-right" },
        ]}
      >
        {activity.data?.map(({ project, run, name, state, at }) => (
          <tr key={`${project}/${run}`} className="hover:bg-accent-soft">
            <td className={cn(cell, "max-w-64")}>
              <Link
                to="/@{$workspace}/$project/runs/$run"
                params={{ workspace, project, run }}
                className="block truncate font-medium hover:underline"
              >
                {name}
              </Link>
            </td>
            <td className={cn(cell, "whitespace-nowrap")}>
              <span className="inline-flex items-center gap-1.5">
                <StateMark state={state} />
                <span className="max-sm:hidden">{t(`state.${state}`)}</span>
              </span>
            </td>
            <td className={cn(cell, "max-w-64 max-sm:hidden")}>
              <Link
                to="/@{$workspace}/$project"
                params={{ workspace, project }}
                className="block truncate text-ink-2 hover:text-ink"
              >
                {project}
              </Link>
            </td>
            <td
              className={cn(cell, "text-right whitespace-nowrap text-ink-2")}
              title={formatMoment(at, i18n.language)}
            >
              {formatAgo(at, now, i18n.language)}
            </td>
          </tr>
        ))}
      </Listing>
    </div>
  );
}
