import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "@/i18n";

import {
  accounts,
  instanceQuery,
  type InstanceEdit,
  type InstanceSettings,
  settingsQuery,
} from "@/api/accounts";
import { Failure } from "@/components/Failure";
import { Panel } from "@/components/Panel";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Choice, Field } from "@/components/ui/field";
import { useChange } from "@/edit/useChange";

import { MailForm, OidcForm } from "./ServiceForms";

const POLICIES = ["closed", "invite", "open"] as const;
const GIB = 1024 ** 3;

/** A number written by hand, or null where nothing is. */
function amount(text: string, unit = 1): number | null {
  return text.trim() === "" ? null : Math.round(Number(text) * unit);
}

function written(value: number | null, unit = 1): string {
  return value === null ? "" : String(Math.round((value / unit) * 1000) / 1000);
}

export interface SettingsFormProps {
  settings: InstanceSettings;
  onSave: (edit: Partial<InstanceEdit>) => void;
}

/** Who may come in, and what strangers see. */
function AccessForm({ settings, onSave }: SettingsFormProps) {
  const { t } = useTranslation();
  const [signup, setSignup] = useState(settings.signup);
  const [domains, setDomains] = useState(settings.email_domains.join(", "));
  const [anonymous, setAnonymous] = useState(settings.anonymous_read);
  const [visibility, setVisibility] = useState(settings.default_visibility);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSave({
      signup,
      email_domains: domains
        .toLowerCase()
        .split(/[\s,;]+/)
        .map((one) => one.replace(/^@/, ""))
        .filter((one) => one !== ""),
      anonymous_read: anonymous,
      default_visibility: visibility,
    });
  };
  return (
    <form className="flex flex-col gap-3 p-3" onSubmit={submit}>
      <Choice
        label={t("admin.signup")}
        value={signup}
        options={POLICIES.map((one) => [one, t(`admin.policy.${one}`)])}
        onChange={setSignup}
        className="max-w-md"
      />
      <Field
        label={t("admin.domains")}
        hint={t("admin.domainsHint")}
        value={domains}
        onChange={setDomains}
        className="max-w-md"
      />
      <Choice
        label={t("admin.newVisibility")}
        value={visibility}
        options={[
          ["private", t("about.private")],
          ["public", t("about.public")],
        ]}
        onChange={setVisibility}
        className="max-w-md"
      />
      <Checkbox checked={anonymous} onChange={setAnonymous}>
        {t("admin.anonymous")}
      </Checkbox>
      <Button type="submit" className="self-start">
        {t("edit.save")}
      </Button>
    </form>
  );
}

/** What the server is called, how much it takes, for how long it remembers. */
function ServerForm({ settings, onSave }: SettingsFormProps) {
  const { t } = useTranslation();
  const [url, setUrl] = useState(settings.public_url ?? "");
  const [days, setDays] = useState(written(settings.audit_days));
  const [gib, setGib] = useState(written(settings.quota_bytes, GIB));
  const [runs, setRuns] = useState(written(settings.quota_runs));
  const [webhooks, setWebhooks] = useState(settings.private_webhooks);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSave({
      public_url: url.trim() || null,
      audit_days: amount(days),
      quota_bytes: amount(gib, GIB),
      quota_runs: amount(runs),
      private_webhooks: webhooks,
    });
  };
  return (
    <form className="flex flex-col gap-3 p-3" onSubmit={submit}>
      <Field
        label={t("admin.url")}
        hint={t("admin.urlHint")}
        type="url"
        placeholder={window.location.origin}
        maxLength={2048}
        value={url}
        onChange={setUrl}
        className="max-w-md"
      />
      <div className="grid max-w-md grid-cols-2 gap-3">
        <Field
          label={t("admin.quotaBytes")}
          type="number"
          min={0}
          step="any"
          value={gib}
          onChange={setGib}
        />
        <Field label={t("admin.quotaRuns")} type="number" min={0} value={runs} onChange={setRuns} />
      </div>
      <p className="-mt-2 text-small text-ink-3">{t("admin.quotaHint")}</p>
      <Field
        label={t("admin.auditDays")}
        hint={t("admin.auditHint")}
        type="number"
        min={1}
        max={36_500}
        value={days}
        onChange={setDays}
        className="max-w-md"
      />
      <Checkbox checked={webhooks} onChange={setWebhooks}>
        {t("admin.webhooks")}
      </Checkbox>
      <Button type="submit" className="self-start">
        {t("edit.save")}
      </Button>
    </form>
  );
}

/** What holds for the whole server, at once on all of them. */
export function SettingsTab() {
  const { t } = useTranslation();
  const settings = useQuery(settingsQuery);
  const make = useChange();
  if (settings.data === undefined) {
    if (settings.error === null) return <div aria-busy className="grow" />;
    return <Failure error={settings.error} onRetry={() => void settings.refetch()} />;
  }
  const save = (edit: Partial<InstanceEdit>) =>
    void make({
      queryKey: settingsQuery.queryKey,
      send: () => accounts.editSettings(edit),
      said: t("admin.saved"),
      also: [instanceQuery.queryKey],
    });
  const form = { settings: settings.data, onSave: save };
  return (
    <>
      <Panel title={t("admin.access")}>
        <AccessForm {...form} />
      </Panel>
      <Panel title={t("admin.server")}>
        <ServerForm {...form} />
      </Panel>
      <Panel title={t("admin.oidc")}>
        <OidcForm {...form} />
      </Panel>
      <Panel title={t("admin.mail")}>
        <MailForm {...form} />
      </Panel>
    </>
  );
}
