import { useQuery } from "@tanstack/react-query";
import { BellPlus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "@/i18n";

import { type ProjectRule, rulesQuery } from "@/api/alerts";
import type { Project } from "@/api/messages";
import { Failure } from "@/components/Failure";
import { Listing } from "@/components/Listing";
import { Panel } from "@/components/Panel";
import { Button } from "@/components/ui/button";

import { DeliveriesPanel } from "./DeliveriesPanel";
import { RuleDialog } from "./RuleDialog";
import { RuleLine } from "./RuleLine";

/** What the server tells of the project's runs by itself, and what it told. */
export function AlertsPanels({ project }: { project: Project }) {
  const { t } = useTranslation();
  const rules = useQuery(rulesQuery(project));
  /** The rule in the dialog; "new" for one that is to be made. */
  const [open, setOpen] = useState<ProjectRule | "new" | null>(null);
  return (
    <>
      <Panel
        title={t("alerts.title")}
        tools={
          <Button look="primary" onClick={() => setOpen("new")}>
            <BellPlus aria-hidden />
            {t("alerts.new")}
          </Button>
        }
      >
        <p className="border-b border-line px-3 py-2 text-small text-ink-2">{t("alerts.about")}</p>
        {rules.error !== null && rules.data === undefined ? (
          <Failure embedded error={rules.error} onRetry={() => void rules.refetch()} />
        ) : (
          <Listing
            label={t("alerts.title")}
            empty={t("alerts.none")}
            columns={[
              { label: t("alerts.rule") },
              { label: t("alerts.to"), className: "max-sm:hidden" },
              { label: t("alerts.on"), className: "w-12" },
              { label: t("alerts.actions"), silent: true, className: "w-24" },
            ]}
          >
            {rules.data?.map((rule) => (
              <RuleLine key={rule.id} project={project} rule={rule} onEdit={() => setOpen(rule)} />
            ))}
          </Listing>
        )}
        {open !== null && (
          <RuleDialog
            project={project}
            rule={open === "new" ? null : open}
            onClose={() => setOpen(null)}
          />
        )}
      </Panel>
      {rules.data !== undefined && <DeliveriesPanel project={project} rules={rules.data} />}
    </>
  );
}
