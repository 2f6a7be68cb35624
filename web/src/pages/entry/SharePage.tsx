import { useQuery } from "@tanstack/react-query";
import { useNavigate, useRouter } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "@/i18n";

import { keepShareToken } from "@/api/share";
import { teams } from "@/api/teams";
import { useFailureText } from "@/components/Failure";
import { useTitle } from "@/lib/title";

import { Entry } from "./Entry";

/** Where a share link leads: it is kept for this tab, and the project opened. */
export function SharePage() {
  const { t } = useTranslation();
  useTitle(t("teams.shared"));
  const navigate = useNavigate();
  const router = useRouter();
  const [token] = useState(() => router.latestLocation.hash.replace(/^#/, ""));
  const opened = useQuery({
    queryKey: ["share", token],
    queryFn: async () => {
      const found = await teams.openLink(token);
      keepShareToken(token);
      return found;
    },
    enabled: token !== "",
  });
  const failure = useFailureText(opened.error);
  const found = opened.data;
  useEffect(() => {
    if (found === undefined) return;
    const { workspace, project } = found;
    void navigate({
      to: "/@{$workspace}/$project",
      params: { workspace, project },
      replace: true,
    });
  }, [found, navigate]);
  if (token === "" || opened.isError)
    return (
      <Entry title={t("teams.shared")}>
        <p role="alert" className="text-ink-2">
          {token === "" ? t("teams.badLink") : failure}
        </p>
      </Entry>
    );
  return <div aria-busy className="grow" />;
}
