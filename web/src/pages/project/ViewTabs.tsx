import { Link, useNavigate } from "@tanstack/react-router";
import { ChartLine, GitCompareArrows, Images, Table2 } from "lucide-react";
import { useTranslation } from "@/i18n";

import { PROJECT_TABS, type ProjectTab } from "@/app/router";
import { useCommand } from "@/app/shortcuts";
import { CopyLink } from "@/components/CopyLink";
import { cn } from "@/lib/classes";
import { useTabInSight } from "@/lib/tabs";

import { ProjectInfo } from "./ProjectInfo";
import { ViewMenu } from "./ViewMenu";

const ICONS = { charts: ChartLine, table: Table2, media: Images, compare: GitCompareArrows };

/** The tabs of a project; each is an address of its own and keeps what is chosen in the others. */
export function ViewTabs({ tab }: { tab: ProjectTab }) {
  const { t } = useTranslation();
  const row = useTabInSight(tab);
  const navigate = useNavigate({ from: "/@{$workspace}/$project" });
  const show = (name: ProjectTab) => () =>
    void navigate({
      to: ".",
      search: (old) => ({ ...old, tab: name === "charts" ? undefined : name }),
    });
  useCommand("charts", show("charts"));
  useCommand("table", show("table"));
  useCommand("media", show("media"));
  useCommand("compare", show("compare"));
  return (
    <div className="flex shrink-0 items-center border-b border-line bg-panel pr-2">
      <nav
        ref={row}
        aria-label={t("project.views")}
        className="flex min-w-0 grow overflow-x-auto px-1.5"
      >
        {PROJECT_TABS.map((name) => {
          const Icon = ICONS[name];
          return (
            <Link
              key={name}
              from="/@{$workspace}/$project"
              to="."
              search={(old) => ({ ...old, tab: name === "charts" ? undefined : name })}
              aria-current={name === tab ? "page" : undefined}
              className={cn(
                "flex h-9 shrink-0 items-center gap-1.5 border-b-2 px-2.5 focus-visible:-outline-offset-2",
                name === tab
                  ? "border-accent font-semibold text-ink"
                  : "border-transparent text-ink-2 hover:text-ink",
              )}
            >
              <Icon aria-hidden className="size-3.5 max-sm:hidden" />
              {t(`project.${name}`)}
            </Link>
          );
        })}
      </nav>
      <ViewMenu />
      <ProjectInfo />
      <CopyLink />
    </div>
  );
}
