import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "@/i18n";

import { sessionQuery } from "@/api/queries";
import { INSTALL, loginCommand, script } from "@/lib/snippets";

import { Snippet } from "./Snippet";

export interface StartGuideProps {
  /** The project to log to; without one, the guide is for somebody who has none yet. */
  project?: string;
  workspace?: string;
}

/** In place of an empty list: what to paste, with this host and this project in it. */
export function StartGuide({ project, workspace }: StartGuideProps) {
  const { t } = useTranslation();
  const { data: session } = useQuery(sessionQuery);
  const server = session?.mode === "server";
  const own = workspace === undefined || workspace === session?.user.username || !server;
  return (
    <section className="mx-auto w-full max-w-xl px-4 py-10">
      <h1 className="text-title font-semibold">
        {project === undefined ? t("start.projectTitle") : t("start.runTitle", { project })}
      </h1>
      <p className="mt-1 mb-4 text-ink-2">
        {project === undefined ? t("start.projectText") : t("start.runText")}
      </p>
      <div className="flex flex-col gap-3">
        {server && (
          <>
            <Snippet title={t("start.install")} text={INSTALL} />
            <div>
              <Snippet title={t("start.login")} text={loginCommand(window.location.origin)} />
              <p className="mt-1 text-small text-ink-3">{t("start.loginKey")}</p>
            </div>
          </>
        )}
        <Snippet
          title={t("start.script")}
          text={script({
            project: project ?? "my-project",
            workspace: own ? undefined : workspace,
          })}
        />
      </div>
      <p className="mt-4 flex items-center gap-2 text-small text-ink-2">
        <span aria-hidden className="size-2 animate-pulse rounded-full bg-live" />
        {t("start.waiting")}
      </p>
    </section>
  );
}
