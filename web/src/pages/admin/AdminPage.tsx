import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { useTranslation } from "@/i18n";

import { ApiError } from "@/api/client";
import { sessionQuery } from "@/api/queries";
import { ADMIN_TABS } from "@/app/router";
import { Failure } from "@/components/Failure";
import { Page, TabLinks } from "@/components/Page";
import { useTitle } from "@/lib/title";

import { AuditTab } from "./AuditTab";
import { InvitesTab } from "./InvitesTab";
import { SettingsTab } from "./SettingsTab";
import { UsersTab } from "./UsersTab";

const REFUSED = new ApiError(403, { code: "not_admin", message: "", detail: {} });

/** What admins look after: who is here, who may come, what holds for all, and who did what. */
export function AdminPage() {
  const { t } = useTranslation();
  const { tab = "users" } = useSearch({ from: "/admin" });
  const { data: session } = useQuery(sessionQuery);
  useTitle(t("admin.title"));
  if (session === undefined) return <div aria-busy className="grow" />;
  if (!session.user.admin) return <Failure error={REFUSED} />;
  return (
    <Page
      title={t("admin.title")}
      tools={<span className="text-small text-ink-3">swanlab {session.version}</span>}
      tabs={
        <TabLinks
          label={t("admin.title")}
          current={tab}
          tabs={ADMIN_TABS.map((id) => ({ id, label: t(`admin.tabs.${id}`) }))}
        />
      }
    >
      {tab === "users" && <UsersTab me={session.user.username} />}
      {tab === "invites" && <InvitesTab />}
      {tab === "settings" && <SettingsTab />}
      {tab === "audit" && <AuditTab />}
    </Page>
  );
}
