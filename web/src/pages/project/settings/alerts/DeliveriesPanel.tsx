import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "@/i18n";

import { deliveriesQuery, type Delivery, type ProjectRule } from "@/api/alerts";
import type { Project } from "@/api/messages";
import { Failure } from "@/components/Failure";
import { cell, Listing } from "@/components/Listing";
import { Panel } from "@/components/Panel";
import { cn } from "@/lib/classes";
import { formatMoment } from "@/lib/format";

const LOOKS: Readonly<Record<Delivery["state"], string>> = {
  sent: "text-ink",
  waiting: "text-warn",
  failed: "text-bad",
};

interface LineProps {
  project: Project;
  rule: string | undefined;
  delivery: Delivery;
}

function Line({ project, rule, delivery }: LineProps) {
  const { t, i18n } = useTranslation();
  const { at, channel, error, next_at: next, run, state, tries } = delivery;
  const [text = ""] = delivery.text.split("\n");
  const { workspace, name } = project;
  return (
    <tr>
      <td className={cn(cell, "align-top whitespace-nowrap")}>
        <span className={cn("font-medium", LOOKS[state])}>{t(`alerts.states.${state}`)}</span>
        <div className="text-small text-ink-2">{t("alerts.tries", { count: tries })}</div>
      </td>
      <td className={cn(cell, "w-full min-w-48 align-top break-words")}>
        {run === null ? (
          text
        ) : (
          <Link
            to="/@{$workspace}/$project/runs/$run"
            params={{ workspace, project: name, run }}
            className="hover:underline"
          >
            {text}
          </Link>
        )}
        <div className="text-small text-ink-2">
          {t(`alerts.channels.${channel}`)}
          {rule !== undefined && ` · ${rule}`}
        </div>
        <div className="text-small text-ink-2 sm:hidden">{formatMoment(at, i18n.language)}</div>
        {error !== null && <div className="text-small text-bad">{error}</div>}
        {state === "waiting" && tries > 0 && next !== null && (
          <div className="text-small text-ink-2">
            {t("alerts.again", { at: formatMoment(next, i18n.language) })}
          </div>
        )}
      </td>
      <td className={cn(cell, "align-top text-small whitespace-nowrap text-ink-2 max-sm:hidden")}>
        {formatMoment(at, i18n.language)}
      </td>
    </tr>
  );
}

export interface DeliveriesPanelProps {
  project: Project;
  rules: readonly ProjectRule[];
}

/** What was told lately, what is on its way, and what did not arrive. */
export function DeliveriesPanel({ project, rules }: DeliveriesPanelProps) {
  const { t } = useTranslation();
  const log = useQuery(deliveriesQuery(project));
  if (rules.length === 0) return null;
  return (
    <Panel title={t("alerts.log")}>
      {log.error !== null && log.data === undefined ? (
        <Failure embedded error={log.error} onRetry={() => void log.refetch()} />
      ) : (
        <div className="max-h-96 overflow-y-auto">
          <Listing
            label={t("alerts.log")}
            empty={t("alerts.nothing")}
            columns={[
              { label: t("alerts.state") },
              { label: t("alerts.what") },
              { label: t("alerts.at"), className: "max-sm:hidden" },
            ]}
          >
            {log.data?.map((one) => (
              <Line
                key={one.id}
                project={project}
                rule={rules.find(({ id }) => id === one.rule)?.name}
                delivery={one}
              />
            ))}
          </Listing>
        </div>
      )}
    </Panel>
  );
}
