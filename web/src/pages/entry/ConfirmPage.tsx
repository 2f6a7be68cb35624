import { useMutation } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useTranslation } from "@/i18n";

import { accounts } from "@/api/accounts";
import { useFailureText } from "@/components/Failure";
import { buttonClass } from "@/components/ui/button";
import { useTitle } from "@/lib/title";

import { Entry, EntryForm } from "./Entry";

/** Show that a mailed link was opened by a person: programs that look at links press no button. */
export function ConfirmPage() {
  const { t } = useTranslation();
  const { token } = useParams({ from: "/confirm/$token" });
  useTitle(t("accounts.confirm"));
  const confirm = useMutation({ mutationFn: () => accounts.confirm(token) });
  const failure = useFailureText(confirm.error);
  if (confirm.data !== undefined)
    return (
      <Entry title={t("accounts.confirm")}>
        <p role="status">{t("accounts.confirmed", { name: confirm.data.username })}</p>
        <Link to="/login" className={buttonClass("primary", "large")}>
          {t("accounts.toLogin")}
        </Link>
      </Entry>
    );
  return (
    <Entry title={t("accounts.confirm")}>
      <EntryForm
        onSubmit={() => confirm.mutate()}
        action={t("accounts.confirmAction")}
        busy={confirm.isPending}
        failed={confirm.isError ? failure : null}
      >
        <p className="text-ink-2">{t("accounts.confirmText")}</p>
      </EntryForm>
    </Entry>
  );
}
