import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useLocation, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "@/i18n";

import { instanceQuery } from "@/api/accounts";
import { sessionQuery } from "@/api/queries";
import { type Invitation, teams, workspacesQuery } from "@/api/teams";
import { useFailureText } from "@/components/Failure";
import { buttonClass } from "@/components/ui/button";
import { useTitle } from "@/lib/title";

import { Entry, EntryForm } from "./Entry";

function SignedOut({ next }: { next: string }) {
  const { t } = useTranslation();
  const { data: instance } = useQuery(instanceQuery);
  return (
    <>
      <p className="text-ink-2">{t("teams.joinSignIn")}</p>
      <Link to="/login" search={{ next }} className={buttonClass("primary", "large")}>
        {t("login.title")}
      </Link>
      {instance?.signup === "open" && (
        <Link to="/signup" search={{ next }} className={buttonClass("plain", "large")}>
          {t("accounts.signUp")}
        </Link>
      )}
    </>
  );
}

function Joining({ token, invitation }: { token: string; invitation: Invitation }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { workspace } = invitation;
  const go = { to: "/@{$workspace}", params: { workspace }, search: {} } as const;
  const join = useMutation({
    mutationFn: () => teams.join(token),
    onSuccess: ({ waiting }) => {
      void client.invalidateQueries({ queryKey: workspacesQuery.queryKey });
      void client.invalidateQueries({ queryKey: ["projects"] });
      if (!waiting) void navigate({ ...go, replace: true });
    },
  });
  const failure = useFailureText(join.error);
  if (invitation.member)
    return (
      <>
        <p className="text-ink-2">{t("teams.joinAlready", { workspace })}</p>
        <Link {...go} className={buttonClass("primary", "large")}>
          {t("teams.open", { workspace })}
        </Link>
      </>
    );
  if (join.data?.waiting === true)
    return <p role="status">{t("teams.joinWaiting", { workspace })}</p>;
  return (
    <EntryForm
      onSubmit={() => join.mutate()}
      action={t(invitation.approval ? "teams.joinAsk" : "teams.join")}
      busy={join.isPending}
      failed={join.isError ? failure : null}
    >
      {invitation.approval && <p className="text-ink-2">{t("teams.joinApproval")}</p>}
    </EntryForm>
  );
}

/** Where the link of an invite to a workspace leads. */
export function JoinPage() {
  const { t } = useTranslation();
  useTitle(t("teams.joinTitle"));
  const { hash } = useLocation();
  const token = hash.replace(/^#/, "");
  const session = useQuery(sessionQuery);
  const invitation = useQuery({
    queryKey: ["invitation", token, session.data?.user.username],
    queryFn: () => teams.lookAtInvite(token),
    enabled: token !== "" && !session.isPending,
  });
  const failure = useFailureText(invitation.error);
  const found = invitation.data;
  if (token === "" || invitation.isError)
    return (
      <Entry title={t("teams.joinTitle")}>
        <p role="alert" className="text-ink-2">
          {token === "" ? t("refusals.bad_invite") : failure}
        </p>
        <Link to="/" className={buttonClass("plain", "large")}>
          {t("shell.home")}
        </Link>
      </Entry>
    );
  if (found === undefined) return <div aria-busy className="grow" />;
  return (
    <Entry title={t("teams.joinName", { workspace: found.workspace })}>
      {found.description !== null && <p className="text-ink-2">{found.description}</p>}
      <p>{t(`teams.joinAs.${found.role}`)}</p>
      {session.data === undefined ? (
        <SignedOut next={`/join#${token}`} />
      ) : (
        <Joining token={token} invitation={found} />
      )}
    </Entry>
  );
}
