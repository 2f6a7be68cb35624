import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { GitCompareArrows, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "@/i18n";

import type { Run } from "@/api/messages";
import { runsQuery } from "@/api/queries";
import { CrumbMenu } from "@/app/CrumbMenu";
import { StateMark } from "@/components/StateMark";
import { Button, buttonClass } from "@/components/ui/button";

const ROUTE = "/@{$workspace}/$project/runs/$run";

/** The run that this one is held against, as the address says. */
export function useOther(): [string | undefined, (id: string | undefined) => void] {
  const { vs } = useSearch({ from: ROUTE });
  const navigate = useNavigate({ from: ROUTE });
  const set = (id: string | undefined) =>
    void navigate({ search: (old) => ({ ...old, vs: id }), replace: true });
  return [typeof vs === "string" || typeof vs === "number" ? String(vs) : undefined, set];
}

/** Choose another run of the project, of which then only the differences are shown. */
export function CompareBar({ run, other }: { run: Run; other: Run | undefined }) {
  const { t } = useTranslation();
  const [chosen, choose] = useOther();
  const [opened, setOpened] = useState(false);
  const { data } = useQuery({ ...runsQuery(run.workspace, run.project), enabled: opened });
  const items = (data?.runs ?? [])
    .filter(({ id }) => id !== run.id)
    .map(({ id, name, state }) => ({
      id,
      label: name === id ? name : `${name} · ${id}`,
      mark: <StateMark state={state} />,
      go: () => choose(id),
    }));
  const label =
    chosen === undefined
      ? t("run.differencesTo")
      : t("run.differencesToRun", { name: other?.name ?? chosen });
  return (
    <div className="col-span-full flex min-w-0 items-center gap-1">
      <CrumbMenu
        label={label}
        searchLabel={t("run.searchRuns")}
        items={items}
        current={chosen ?? ""}
        onOpenChange={(open) => open && setOpened(true)}
        className={buttonClass("plain", "normal")}
      >
        <GitCompareArrows aria-hidden />
        <span className="max-w-80 truncate">{label}</span>
      </CrumbMenu>
      {chosen !== undefined && (
        <Button
          look="quiet"
          size="icon"
          aria-label={t("run.noDifferences")}
          title={t("run.noDifferences")}
          onClick={() => choose(undefined)}
        >
          <X aria-hidden />
        </Button>
      )}
    </div>
  );
}
