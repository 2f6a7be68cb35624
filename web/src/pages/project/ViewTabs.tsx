import { Link, useNavigate } from "@tanstack/react-router";
import { ChartLine, GitCompareArrows, Table2 } from "lucide-react";
import { useTranslation } from "react-i18next";

import { type View, VIEWS } from "@/app/router";
import { useCommand } from "@/app/shortcuts";
import { CopyLink } from "@/components/CopyLink";
import { cn } from "@/lib/classes";

import { AboutProject } from "./AboutProject";

const ICONS = { charts: ChartLine, table: Table2, compare: GitCompareArrows };

/** The views of a project; each is an address of its own and keeps what is chosen in the others. */
export function ViewTabs({ view }: { view: View }) {
  const { t } = useTranslation();
  const navigate = useNavigate({ from: "/@{$workspace}/$project" });
  const show = (name: View) => () =>
    void navigate({
      to: ".",
      search: (old) => ({ ...old, view: name === "charts" ? undefined : name }),
    });
  useCommand("charts", show("charts"));
  useCommand("table", show("table"));
  useCommand("compare", show("compare"));
  return (
    <div className="flex shrink-0 items-center border-b border-line bg-panel pr-2">
      <nav aria-label={t("project.views")} className="flex min-w-0 grow overflow-x-auto px-1.5">
        {VIEWS.map((name) => {
          const Icon = ICONS[name];
          return (
            <Link
              key={name}
              from="/@{$workspace}/$project"
              to="."
              search={(old) => ({ ...old, view: name === "charts" ? undefined : name })}
              aria-current={name === view ? "page" : undefined}
              className={cn(
                "flex h-9 shrink-0 items-center gap-1.5 border-b-2 px-2.5 focus-visible:-outline-offset-2",
                name === view
                  ? "border-accent font-semibold text-ink"
                  : "border-transparent text-ink-2 hover:text-ink",
              )}
            >
              <Icon aria-hidden className="size-3.5" />
              {t(`project.${name}`)}
            </Link>
          );
        })}
      </nav>
      <AboutProject />
      <CopyLink />
    </div>
  );
}
