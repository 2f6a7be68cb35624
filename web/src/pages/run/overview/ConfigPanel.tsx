import { useState } from "react";
import { useTranslation } from "@/i18n";

import type { Run } from "@/api/messages";
import { CopyButton } from "@/components/CopyButton";
import { Panel } from "@/components/Panel";
import { SaveMenu } from "@/components/SaveMenu";
import { SearchField } from "@/components/ui/search-field";
import { ValueTree } from "@/components/ValueTree";
import { flatten } from "@/lib/flatten";
import { parseSearch } from "@/lib/search";

/** What went into the run. */
export function ConfigPanel({ run }: { run: Run }) {
  const { t } = useTranslation();
  const [query, setQuery] = useState("");
  const { config } = run;
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
            <SaveMenu
              name={`${run.name}-config`}
              value={config}
              rows={{ header: ["name", "value"], rows: () => [...flatten(config)] }}
            />
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
