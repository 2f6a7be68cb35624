import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "@/i18n";

import { accounts, type OpenSession, openSessionsQuery } from "@/api/accounts";
import { Failure } from "@/components/Failure";
import { cell, Listing } from "@/components/Listing";
import { Panel } from "@/components/Panel";
import { Tag } from "@/components/Tag";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/edit/ConfirmDialog";
import { useChange } from "@/edit/useChange";
import { cn } from "@/lib/classes";
import { formatAgo, formatMoment } from "@/lib/format";
import { useNow } from "@/lib/now";

/** Browsers that are signed in, and the end of one or of all others. */
export function SessionsTab() {
  const { t, i18n } = useTranslation();
  const now = useNow(60_000);
  const sessions = useQuery(openSessionsQuery);
  const make = useChange();
  const [ending, setEnding] = useState(false);
  const end = (session: OpenSession) =>
    void make({
      queryKey: openSessionsQuery.queryKey,
      change: (old: OpenSession[]) => old.filter(({ id }) => id !== session.id),
      send: () => accounts.endSession(session.id),
      said: t("accounts.ended", { agent: session.agent || t("accounts.someBrowser") }),
    });
  const endOthers = () =>
    void make({
      queryKey: openSessionsQuery.queryKey,
      change: (old: OpenSession[]) => old.filter(({ current }) => current),
      send: accounts.endOtherSessions,
      said: t("accounts.endedOthers"),
    });
  if (sessions.error !== null && sessions.data === undefined)
    return <Failure error={sessions.error} onRetry={() => void sessions.refetch()} />;
  const others = sessions.data?.some(({ current }) => !current) ?? false;
  return (
    <Panel
      title={t("accounts.tabs.sessions")}
      tools={others && <Button onClick={() => setEnding(true)}>{t("accounts.endOthers")}</Button>}
    >
      <Listing
        label={t("accounts.tabs.sessions")}
        empty={t("accounts.noSessions")}
        columns={[
          { label: t("accounts.browser") },
          { label: t("accounts.address"), className: "max-sm:hidden" },
          { label: t("accounts.used") },
          { label: t("accounts.signedInAt"), className: "max-sm:hidden" },
          { label: t("accounts.end"), silent: true },
        ]}
      >
        {sessions.data?.map((session) => (
          <tr key={session.id}>
            <td className={cn(cell, "max-w-60")}>
              <div className="flex min-w-0 flex-wrap items-center gap-x-2">
                <span className="truncate">{session.agent || t("accounts.someBrowser")}</span>
                {session.current && <Tag>{t("accounts.thisBrowser")}</Tag>}
              </div>
            </td>
            <td className={cn(cell, "font-mono text-small text-ink-2 max-sm:hidden")}>
              {session.address}
            </td>
            <td
              className={cn(cell, "text-ink-2")}
              title={formatMoment(session.used_at, i18n.language)}
            >
              {formatAgo(session.used_at, now, i18n.language)}
            </td>
            <td className={cn(cell, "text-ink-2 max-sm:hidden")}>
              {formatMoment(session.created_at, i18n.language)}
            </td>
            <td className={cn(cell, "text-right")}>
              {!session.current && (
                <Button
                  look="quiet"
                  aria-label={t("accounts.endOf", { agent: session.agent })}
                  onClick={() => end(session)}
                >
                  {t("accounts.end")}
                </Button>
              )}
            </td>
          </tr>
        ))}
      </Listing>
      {ending && (
        <ConfirmDialog
          title={t("accounts.endOthers")}
          action={t("accounts.endOthers")}
          onConfirm={endOthers}
          onClose={() => setEnding(false)}
        >
          {t("accounts.endOthersText")}
        </ConfirmDialog>
      )}
    </Panel>
  );
}
