import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "@/i18n";

import { alerts, type ProjectRule, rulesQuery } from "@/api/alerts";
import type { Project } from "@/api/messages";
import { useFailureText } from "@/components/Failure";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Choice, Field } from "@/components/ui/field";
import { say } from "@/edit/toasts";

import { MailChoice } from "./MailChoice";
import { bodyOf, complete, type Draft, draftOf, editOf, EVENTS, needs, refusedField } from "./rule";
import { SeriesFields } from "./SeriesFields";
import { conditionText } from "./words";

/** What a draft is called that has no name of its own. */
function calledBy(draft: Draft, t: Parameters<typeof conditionText>[1]): string {
  const { event, key, better } = draft;
  const steps = Number(draft.steps);
  return conditionText({ event, key, bound: Number(draft.bound), steps, better }, t);
}

export interface RuleDialogProps {
  project: Project;
  /** Null: one is to be made. */
  rule: ProjectRule | null;
  onClose: () => void;
}

/** Makes a rule, or changes one; asks only for what its event needs. */
export function RuleDialog({ project, rule, onClose }: RuleDialogProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [draft, setDraft] = useState(() => {
    const read = draftOf(rule);
    // A name that says the condition says the new one when that changes.
    return rule?.name === calledBy(read, t) ? { ...read, name: "" } : read;
  });
  const called = calledBy(draft, t);
  const save = useMutation({
    mutationFn: () =>
      rule === null
        ? alerts.make(project, bodyOf(draft, called))
        : alerts.edit(project, rule.id, editOf(draft, called)),
    gcTime: 0, // A secret may be in it.
    onSuccess: ({ name }) => {
      void client.invalidateQueries({ queryKey: rulesQuery(project).queryKey });
      say({ look: "done", text: t("alerts.saved", { name }) });
      onClose();
    },
  });
  const failure = useFailureText(save.error);
  const field = refusedField(save.error);
  const wrong = (name: typeof field) =>
    name !== null && name === field ? t(`alerts.refused.${name}`) : undefined;
  const change = (part: Partial<Draft>) => {
    setDraft({ ...draft, ...part });
    if (save.isError) save.reset();
  };
  const moved = rule?.signed === true && draft.webhook.trim() !== rule.webhook;
  const secretHint = moved ? "dropped" : rule?.signed === true ? "stays" : "hint";
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={rule === null ? t("alerts.new") : t("alerts.editOf", { name: rule.name })}
    >
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (!save.isPending) save.mutate();
        }}
      >
        <Choice
          label={t("alerts.event")}
          value={draft.event}
          disabled={rule !== null}
          options={EVENTS.map((one) => [one, t(`alerts.events.${one}`)])}
          onChange={(event) => change({ event })}
        />
        {needs(draft.event, "key") && (
          <SeriesFields project={project} draft={draft} change={change} wrong={wrong} />
        )}
        <Field
          label={t("alerts.name")}
          placeholder={complete(draft) ? called : undefined}
          maxLength={100}
          value={draft.name}
          onChange={(name) => change({ name })}
          wrong={wrong("name")}
        />
        <MailChoice
          author={rule === null ? null : rule.author}
          mine={rule === null}
          checked={draft.email}
          onChange={(email) => change({ email })}
        />
        <Field
          label={t("alerts.webhook")}
          hint={t("alerts.webhookHint")}
          type="url"
          maxLength={2048}
          placeholder="https://hooks.example.com/…"
          value={draft.webhook}
          onChange={(webhook) => change({ webhook })}
          wrong={wrong("webhook")}
        />
        {draft.webhook.trim() !== "" && (
          <Field
            label={t("alerts.secret")}
            hint={t(`alerts.secrets.${secretHint}`)}
            type="password"
            autoComplete="new-password"
            maxLength={1024}
            value={draft.secret}
            onChange={(secret) => change({ secret })}
            wrong={wrong("secret")}
          />
        )}
        <div className="flex items-center justify-end gap-2">
          {save.isError && field === null && (
            <p role="alert" className="grow text-small text-bad">
              {failure}
            </p>
          )}
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button look="primary" type="submit" disabled={save.isPending}>
            {t(rule === null ? "alerts.make" : "edit.save")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
