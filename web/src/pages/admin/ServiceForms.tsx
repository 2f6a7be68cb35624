import { type FormEvent, useState } from "react";
import { useTranslation } from "@/i18n";

import type { InstanceSettings } from "@/api/accounts";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Choice, Field, PasswordField } from "@/components/ui/field";

import type { SettingsFormProps } from "./SettingsTab";

type Oidc = NonNullable<InstanceSettings["oidc"]>;
type Mail = NonNullable<InstanceSettings["mail"]>;

const NO_OIDC: Oidc = {
  issuer: "",
  client_id: "",
  client_secret: "",
  name: "SSO",
  scopes: ["openid", "profile", "email"],
  create: true,
  admin_claim: null,
  admin_values: [],
};

const NO_MAIL: Mail = {
  host: "",
  port: 587,
  security: "starttls",
  username: "",
  password: "",
  sender: "",
};

const SECURITY = ["starttls", "tls", "none"] as const;

/** The words of a list written by hand. */
function words(text: string): string[] {
  return text.split(/[\s,]+/).filter((one) => one !== "");
}

function Buttons({ set, onOff }: { set: boolean; onOff: () => void }) {
  const { t } = useTranslation();
  return (
    <div className="flex gap-2">
      <Button type="submit">{t("edit.save")}</Button>
      {set && (
        <Button look="quiet" onClick={onOff}>
          {t("admin.turnOff")}
        </Button>
      )}
    </div>
  );
}

/** Sign-in by a provider of OpenID Connect. */
export function OidcForm({ settings, onSave }: SettingsFormProps) {
  const { t } = useTranslation();
  const [oidc, setOidc] = useState(settings.oidc ?? NO_OIDC);
  const [scopes, setScopes] = useState(oidc.scopes?.join(" ") ?? "");
  const [values, setValues] = useState(oidc.admin_values?.join(", ") ?? "");
  const put = (part: Partial<Oidc>) => setOidc({ ...oidc, ...part });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSave({ oidc: { ...oidc, scopes: words(scopes), admin_values: words(values) } });
  };
  return (
    <form className="flex max-w-md flex-col gap-3 p-3" onSubmit={submit}>
      <p className="text-small text-ink-2">{t("admin.oidcText")}</p>
      <Field
        label={t("admin.issuer")}
        type="url"
        required
        placeholder="https://sso.example.com/realms/main"
        value={oidc.issuer}
        onChange={(issuer) => put({ issuer })}
      />
      <Field
        label={t("admin.clientId")}
        required
        maxLength={255}
        value={oidc.client_id}
        onChange={(client_id) => put({ client_id })}
      />
      <PasswordField
        label={t("admin.clientSecret")}
        required={false}
        autoComplete="off"
        value={oidc.client_secret ?? ""}
        onChange={(client_secret) => put({ client_secret })}
      />
      <Field
        label={t("admin.buttonName")}
        required
        maxLength={50}
        value={oidc.name ?? ""}
        onChange={(name) => put({ name })}
      />
      <Field label={t("admin.scopes")} value={scopes} onChange={setScopes} />
      <Checkbox checked={oidc.create ?? true} onChange={(create) => put({ create })}>
        {t("admin.oidcCreate")}
      </Checkbox>
      <div className="grid grid-cols-2 gap-3">
        <Field
          label={t("admin.claim")}
          placeholder="groups"
          maxLength={100}
          value={oidc.admin_claim ?? ""}
          onChange={(claim) => put({ admin_claim: claim || null })}
        />
        <Field label={t("admin.claimValues")} value={values} onChange={setValues} />
      </div>
      <Buttons set={settings.oidc !== null} onOff={() => onSave({ oidc: null })} />
    </form>
  );
}

/** The server that takes our mail. */
export function MailForm({ settings, onSave }: SettingsFormProps) {
  const { t } = useTranslation();
  const [mail, setMail] = useState(settings.mail ?? NO_MAIL);
  const put = (part: Partial<Mail>) => setMail({ ...mail, ...part });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSave({ mail });
  };
  return (
    <form className="flex max-w-md flex-col gap-3 p-3" onSubmit={submit}>
      <p className="text-small text-ink-2">{t("admin.mailText")}</p>
      <div className="grid grid-cols-[1fr_6rem] gap-3">
        <Field
          label={t("admin.host")}
          required
          placeholder="smtp.example.com"
          value={mail.host}
          onChange={(host) => put({ host })}
        />
        <Field
          label={t("admin.port")}
          type="number"
          required
          min={1}
          max={65_535}
          value={String(mail.port)}
          onChange={(port) => put({ port: Number(port) })}
        />
      </div>
      <Choice
        label={t("admin.security")}
        value={mail.security ?? "starttls"}
        options={SECURITY.map((one) => [one, t(`admin.securities.${one}`)])}
        onChange={(security) => put({ security })}
      />
      <Field
        label={t("admin.mailUser")}
        maxLength={255}
        value={mail.username ?? ""}
        onChange={(username) => put({ username })}
      />
      <PasswordField
        label={t("login.password")}
        required={false}
        autoComplete="off"
        value={mail.password ?? ""}
        onChange={(password) => put({ password })}
      />
      <Field
        label={t("admin.sender")}
        type="email"
        required
        value={mail.sender}
        onChange={(sender) => put({ sender })}
      />
      <Buttons set={settings.mail !== null} onOff={() => onSave({ mail: null })} />
    </form>
  );
}
