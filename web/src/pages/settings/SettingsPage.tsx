import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { useTranslation } from "@/i18n";

import { sessionQuery } from "@/api/queries";
import { SETTINGS_TABS } from "@/app/router";
import { Page, TabLinks } from "@/components/Page";
import { useTitle } from "@/lib/title";

import { AccountTab } from "./AccountTab";
import { KeysTab } from "./KeysTab";
import { LookPanel, PreferencesTab } from "./PreferencesTab";
import { SessionsTab } from "./SessionsTab";

/** What belongs to oneself: keys, browsers that are signed in, password, preferences. */
export function SettingsPage() {
  const { t } = useTranslation();
  const { tab = "keys" } = useSearch({ from: "/settings" });
  const { data: session } = useQuery(sessionQuery);
  useTitle(t("accounts.settings"));
  if (session === undefined) return <div aria-busy className="grow" />;
  if (session.mode === "watch")
    return (
      <Page title={t("accounts.settings")}>
        <LookPanel />
      </Page>
    );
  return (
    <Page
      title={t("accounts.settings")}
      tools={<span className="text-small text-ink-3">{session.user.username}</span>}
      tabs={
        <TabLinks
          label={t("accounts.settings")}
          current={tab}
          tabs={SETTINGS_TABS.map((id) => ({ id, label: t(`accounts.tabs.${id}`) }))}
        />
      }
    >
      {tab === "keys" && <KeysTab />}
      {tab === "sessions" && <SessionsTab />}
      {tab === "account" && <AccountTab />}
      {tab === "preferences" && <PreferencesTab />}
    </Page>
  );
}
