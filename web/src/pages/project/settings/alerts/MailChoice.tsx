import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "@/i18n";

import { accountQuery, instanceQuery } from "@/api/accounts";
import { sessionQuery } from "@/api/queries";
import { Checkbox } from "@/components/ui/checkbox";

export interface MailChoiceProps {
  /** Who made the rule. */
  author: string | null;
  /** It is made just now. */
  mine: boolean;
  checked: boolean;
  onChange: (checked: boolean) => void;
}

/** Whether a rule mails who made it, and what stands in the way of that. */
export function MailChoice({ author, mine, checked, onChange }: MailChoiceProps) {
  const { t } = useTranslation();
  const { data: session } = useQuery(sessionQuery);
  const { data: instance } = useQuery(instanceQuery);
  const own = mine || (author !== null && author === session?.user.username);
  const { data: account } = useQuery({ ...accountQuery, enabled: own });
  const address = account?.verified === true ? account.email : null;
  let said: ReactNode = null;
  if (instance?.mail === false)
    said = (
      <>
        {t("alerts.noMail")}{" "}
        {session?.user.admin === true && (
          <Link to="/admin" search={{ tab: "settings" }} className="text-accent underline">
            {t("alerts.toMail")}
          </Link>
        )}
      </>
    );
  else if (own && account !== undefined && address === null)
    said = (
      <>
        {t("alerts.noAddress")}{" "}
        <Link to="/settings" search={{ tab: "account" }} className="text-accent underline">
          {t("alerts.toAddress")}
        </Link>
      </>
    );
  const who = own ? (address ?? t("alerts.me")) : (author ?? t("alerts.nobody"));
  return (
    <div>
      <Checkbox checked={checked} onChange={onChange}>
        <span className="min-w-0 break-words">{t("alerts.mailTo", { name: who })}</span>
      </Checkbox>
      {said !== null && (
        <p role="status" className="pl-7.5 text-small text-warn">
          {said}
        </p>
      )}
    </div>
  );
}
