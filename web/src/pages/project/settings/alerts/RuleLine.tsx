import { Mail, Pencil, Send, Trash2, Webhook } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "@/i18n";

import { alerts, deliveriesQuery, type ProjectRule, rulesQuery } from "@/api/alerts";
import type { Project } from "@/api/messages";
import { cell } from "@/components/Listing";
import { IconButton } from "@/components/ui/icon-button";
import { Switch } from "@/components/ui/switch";
import { ConfirmDialog } from "@/edit/ConfirmDialog";
import { useChange } from "@/edit/useChange";
import { cn } from "@/lib/classes";

import { hostOf } from "./rule";
import { conditionText } from "./words";

const way = "flex min-w-0 items-center gap-1.5 [&_svg]:size-3.5 [&_svg]:shrink-0";

/** Whom a rule tells. */
function Ways({ rule }: { rule: ProjectRule }) {
  const { t } = useTranslation();
  return (
    <>
      {rule.email && (
        <span className={way}>
          <Mail aria-hidden />
          <span className="truncate">
            {t("alerts.mailTo", { name: rule.author ?? t("alerts.nobody") })}
          </span>
        </span>
      )}
      {rule.webhook !== null && (
        <span className={way}>
          <Webhook aria-hidden />
          <span className="truncate">{hostOf(rule.webhook)}</span>
          {rule.signed && <span className="text-ink-3">{t("alerts.signed")}</span>}
        </span>
      )}
    </>
  );
}

export interface RuleLineProps {
  project: Project;
  rule: ProjectRule;
  onEdit: () => void;
}

/** One rule in the list, and what can be done with it. */
export function RuleLine({ project, rule, onEdit }: RuleLineProps) {
  const { t } = useTranslation();
  const make = useChange();
  const [asked, setAsked] = useState(false);
  const { queryKey } = rulesQuery(project);
  const log = deliveriesQuery(project).queryKey;
  const { name } = rule;
  const turn = (enabled: boolean) =>
    void make({
      queryKey,
      change: (old: ProjectRule[]) =>
        old.map((one) => (one.id === rule.id ? { ...one, enabled } : one)),
      send: () => alerts.edit(project, rule.id, { enabled }),
    });
  const attempt = () =>
    void make({
      queryKey: log,
      send: () => alerts.attempt(project, rule.id),
      said: t("alerts.tried", { name }),
    });
  const remove = () =>
    void make({
      queryKey,
      change: (old: ProjectRule[]) => old.filter(({ id }) => id !== rule.id),
      send: () => alerts.remove(project, rule.id),
      said: t("alerts.deleted", { name }),
      also: [log],
    });
  return (
    <tr>
      <td className={cn(cell, "w-full max-w-0 py-1.5")}>
        <div className="truncate font-medium" title={name}>
          {name}
        </div>
        <div className="text-small break-words text-ink-2">{conditionText(rule, t)}</div>
        <div className="text-small text-ink-2 sm:hidden">
          <Ways rule={rule} />
        </div>
      </td>
      <td className={cn(cell, "max-w-72 text-small whitespace-nowrap text-ink-2 max-sm:hidden")}>
        <Ways rule={rule} />
      </td>
      <td className={cell}>
        <Switch label={t("alerts.onOf", { name })} checked={rule.enabled} onChange={turn} />
      </td>
      <td className={cell}>
        <div className="flex justify-end">
          <IconButton label={t("alerts.tryOf", { name })} onClick={attempt}>
            <Send aria-hidden />
          </IconButton>
          <IconButton label={t("alerts.editOf", { name })} onClick={onEdit}>
            <Pencil aria-hidden />
          </IconButton>
          <IconButton label={t("alerts.deleteOf", { name })} onClick={() => setAsked(true)}>
            <Trash2 aria-hidden />
          </IconButton>
        </div>
        {asked && (
          <ConfirmDialog
            title={t("alerts.deleteTitle", { name })}
            action={t("edit.delete")}
            onConfirm={remove}
            onClose={() => setAsked(false)}
          >
            {t("alerts.deleteText")}
          </ConfirmDialog>
        )}
      </td>
    </tr>
  );
}
