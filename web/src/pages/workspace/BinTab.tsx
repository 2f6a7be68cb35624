import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "@/i18n";

import { type Binned, binQuery, teams } from "@/api/teams";
import { Failure } from "@/components/Failure";
import { cell, Listing } from "@/components/Listing";
import { Button } from "@/components/ui/button";
import { TypeNameDialog } from "@/edit/TypeNameDialog";
import { useChange } from "@/edit/useChange";
import { cn } from "@/lib/classes";
import { formatAgo, formatCount, formatMoment } from "@/lib/format";
import { useNow } from "@/lib/now";

import { RestoreDialog } from "./RestoreDialog";

/** Deleted projects of a workspace that one may have back. */
export function BinTab({ workspace }: { workspace: string }) {
  const { t, i18n } = useTranslation();
  const now = useNow(60_000);
  const bin = useQuery(binQuery);
  const make = useChange();
  const [purging, setPurging] = useState<Binned | null>(null);
  const [restoring, setRestoring] = useState<Binned | null>(null);
  if (bin.error !== null && bin.data === undefined)
    return <Failure error={bin.error} onRetry={() => void bin.refetch()} />;
  const purge = (project: Binned) =>
    void make({
      queryKey: binQuery.queryKey,
      change: (old: Binned[]) => old.filter(({ id }) => id !== project.id),
      send: () => teams.purge(project.id),
      said: t("teams.purged", { name: project.name }),
    });
  return (
    <>
      <p className="text-small text-ink-2">{t("teams.binAbout")}</p>
      <div className="rounded border border-line bg-panel">
        <Listing
          label={t("teams.tabs.bin")}
          empty={t("teams.binEmpty")}
          columns={[
            { label: t("projects.name") },
            { label: t("projects.runs"), className: "text-right" },
            { label: t("teams.deleted"), className: "max-sm:hidden" },
            { label: t("teams.goneAfter"), className: "max-sm:hidden" },
            { label: t("edit.more"), silent: true },
          ]}
        >
          {bin.data
            ?.filter((project) => project.workspace === workspace)
            .map((project) => (
              <tr key={project.id}>
                <td className={cn(cell, "max-w-64 truncate font-medium")}>{project.name}</td>
                <td className={cn(cell, "text-right text-ink-2")}>
                  {formatCount(project.runs, i18n.language)}
                </td>
                <td className={cn(cell, "text-ink-2 max-sm:hidden")}>
                  <span title={formatMoment(project.deleted_at, i18n.language)}>
                    {formatAgo(project.deleted_at, now, i18n.language)}
                  </span>
                  {project.deleted_by !== null && ` · ${project.deleted_by}`}
                </td>
                <td className={cn(cell, "text-ink-2 max-sm:hidden")}>
                  {formatMoment(project.purged_at, i18n.language)}
                </td>
                <td className={cn(cell, "text-right whitespace-nowrap")}>
                  <Button onClick={() => setRestoring(project)}>{t("teams.restore")}</Button>
                  <Button look="quiet" onClick={() => setPurging(project)}>
                    {t("teams.purge")}
                  </Button>
                </td>
              </tr>
            ))}
        </Listing>
      </div>
      {restoring !== null && (
        <RestoreDialog project={restoring} onClose={() => setRestoring(null)} />
      )}
      {purging !== null && (
        <TypeNameDialog
          title={t("teams.purgeTitle", { name: purging.name })}
          name={purging.name}
          action={t("teams.purge")}
          onConfirm={() => purge(purging)}
          onClose={() => setPurging(null)}
        >
          {t("teams.purgeText")}
        </TypeNameDialog>
      )}
    </>
  );
}
