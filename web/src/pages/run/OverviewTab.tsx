import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Run } from "@/api/messages";
import { CopyButton } from "@/components/CopyButton";
import { Panel } from "@/components/Panel";
import { SearchField } from "@/components/ui/search-field";
import { ValueTree } from "@/components/ValueTree";
import { parseSearch } from "@/lib/search";

import { DescriptionPanel } from "./overview/DescriptionPanel";
import { SummaryPanel } from "./overview/SummaryPanel";

function ConfigPanel({ config }: { config: Record<string, unknown> }) {
  const { t } = useTranslation();
  const [query, setQuery] = useState("");
  const empty = Object.keys(config).length === 0;
  return (
    <Panel
      title={t("run.config")}
      tools={
        !empty && (
          <>
            <SearchField
              value={query}
              onChange={setQuery}
              label={t("run.searchConfig")}
              invalid={parseSearch(query).invalid}
              className="w-52"
            />
            <CopyButton text={JSON.stringify(config, null, 2)} />
          </>
        )
      }
    >
      {empty ? (
        <p className="px-3 py-4 text-ink-2">{t("run.configEmpty")}</p>
      ) : (
        <ValueTree value={config} query={query} />
      )}
    </Panel>
  );
}

/** What went in and what came out, side by side. */
export default function OverviewTab({ run }: { run: Run }) {
  return (
    <div className="grid grid-cols-2 items-start gap-2 p-3.5 max-lg:grid-cols-1 max-sm:p-2">
      <DescriptionPanel run={run} />
      <ConfigPanel config={run.config} />
      <SummaryPanel workspace={run.workspace} project={run.project} run={run.id} />
    </div>
  );
}
