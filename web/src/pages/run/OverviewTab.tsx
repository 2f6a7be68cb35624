import { useQuery } from "@tanstack/react-query";

import type { Run } from "@/api/messages";
import { runQuery } from "@/api/queries";
import { Failure } from "@/components/Failure";

import { CompareBar, useOther } from "./overview/CompareBar";
import { ConfigPanel } from "./overview/ConfigPanel";
import { DescriptionPanel } from "./overview/DescriptionPanel";
import { DifferencePanels } from "./overview/DifferencePanels";
import { SummaryPanel } from "./overview/SummaryPanel";

/** What went in and what came out, side by side; or what of it differs from another run's. */
export default function OverviewTab({ run }: { run: Run }) {
  const [chosen] = useOther();
  const other = useQuery({
    ...runQuery(run.workspace, run.project, chosen ?? ""),
    enabled: chosen !== undefined,
  });
  return (
    <div className="grid grid-cols-2 items-start gap-2 p-3.5 max-lg:grid-cols-1 max-sm:p-2">
      <DescriptionPanel run={run} />
      <CompareBar run={run} other={other.data} />
      {chosen === undefined && (
        <>
          <ConfigPanel run={run} />
          <SummaryPanel run={run} />
        </>
      )}
      {other.data !== undefined && chosen !== undefined && (
        <DifferencePanels run={run} other={other.data} />
      )}
      {other.data === undefined && other.error !== null && (
        <div className="col-span-full">
          <Failure embedded error={other.error} onRetry={() => void other.refetch()} />
        </div>
      )}
    </div>
  );
}
