import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "@/i18n";

import { type JoinRequest, membersQuery, requestsQuery, teams } from "@/api/teams";
import { cell, Listing } from "@/components/Listing";
import { Panel } from "@/components/Panel";
import { Button } from "@/components/ui/button";
import { useChange } from "@/edit/useChange";
import { cn } from "@/lib/classes";
import { formatMoment } from "@/lib/format";

/** Who asked to be let in; nothing where nobody did. */
export function RequestsPanel({ workspace }: { workspace: string }) {
  const { t, i18n } = useTranslation();
  const query = requestsQuery(workspace);
  const requests = useQuery(query);
  const make = useChange();
  const answer = (one: JoinRequest, yes: boolean) =>
    void make({
      queryKey: query.queryKey,
      change: (old: JoinRequest[]) => old.filter(({ username }) => username !== one.username),
      send: () => (yes ? teams.approve : teams.refuse)(workspace, one.username),
      said: t(yes ? "teams.approved" : "teams.refused", { name: one.username }),
      also: [membersQuery(workspace).queryKey],
    });
  if (requests.data === undefined || requests.data.length === 0) return null;
  return (
    <Panel title={t("teams.requests")}>
      <Listing
        label={t("teams.requests")}
        empty={t("common.noneShort")}
        columns={[
          { label: t("login.username") },
          { label: t("teams.roleWord") },
          { label: t("teams.asked"), className: "max-sm:hidden" },
          { label: t("teams.approve"), silent: true },
        ]}
      >
        {requests.data.map((one) => (
          <tr key={one.username}>
            <td className={cn(cell, "font-medium")}>{one.username}</td>
            <td className={cell}>{t(`teams.role.${one.role}`)}</td>
            <td className={cn(cell, "text-ink-2 max-sm:hidden")}>
              {formatMoment(one.asked_at, i18n.language)}
            </td>
            <td className={cn(cell, "text-right whitespace-nowrap")}>
              <Button
                look="primary"
                aria-label={t("teams.approveName", { name: one.username })}
                onClick={() => answer(one, true)}
              >
                {t("teams.approve")}
              </Button>{" "}
              <Button
                look="quiet"
                aria-label={t("teams.refuseName", { name: one.username })}
                onClick={() => answer(one, false)}
              >
                {t("teams.refuse")}
              </Button>
            </td>
          </tr>
        ))}
      </Listing>
    </Panel>
  );
}
