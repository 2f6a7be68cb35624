import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Archive, ChevronDown, ChevronRight } from "lucide-react";
import { useMemo, useState } from "react";
import { useTranslation } from "@/i18n";

import type { Project } from "@/api/messages";
import { projectsQuery, useRefresh } from "@/api/queries";
import { type Workspace, writes } from "@/api/teams";
import { Failure } from "@/components/Failure";
import { cell, Listing } from "@/components/Listing";
import { StartGuide } from "@/components/StartGuide";
import { StateMark } from "@/components/StateMark";
import { Tag } from "@/components/Tag";
import { SearchField } from "@/components/ui/search-field";
import { ProjectMenu } from "@/edit/ProjectMenu";
import { Star } from "@/edit/Star";
import { cn } from "@/lib/classes";
import { useDebouncedText } from "@/lib/debounce";
import { formatAgo, formatCount, formatMoment } from "@/lib/format";
import { useNow } from "@/lib/now";
import { parseSearch } from "@/lib/search";

function ProjectRow({ project, now }: { project: Project; now: number }) {
  const { t, i18n } = useTranslation();
  return (
    <tr className="hover:bg-accent-soft">
      <td className={cn(cell, "w-9 pr-0")}>
        <Star project={project} />
      </td>
      <td className={cn(cell, "max-w-0 w-full")}>
        <div className="flex min-w-0 items-center gap-2">
          <Link
            to="/@{$workspace}/$project"
            params={{ workspace: project.workspace, project: project.name }}
            className="truncate font-medium hover:underline"
          >
            {project.name}
          </Link>
          {project.visibility === "public" && <Tag>{t("projects.public")}</Tag>}
          {project.tags.map((tag) => (
            <Tag key={tag}>{tag}</Tag>
          ))}
          <span className="truncate text-small text-ink-3 max-sm:hidden">
            {project.description}
          </span>
        </div>
      </td>
      <td className={cn(cell, "text-right text-ink-2")}>
        {formatCount(project.runs, i18n.language)}
      </td>
      <td className={cn(cell, "text-right max-sm:hidden")}>
        {project.running > 0 && (
          <span className="inline-flex items-center gap-1 text-live">
            <StateMark state="running" />
            {formatCount(project.running, i18n.language)}
          </span>
        )}
      </td>
      <td
        className={cn(cell, "text-right whitespace-nowrap text-ink-2 max-sm:hidden")}
        title={formatMoment(project.updated_at, i18n.language)}
      >
        {formatAgo(project.updated_at, now, i18n.language)}
      </td>
      <td className={cn(cell, "w-10 pl-0")}>
        <ProjectMenu project={project} />
      </td>
    </tr>
  );
}

function ProjectList({ projects, label }: { projects: Project[] | undefined; label: string }) {
  const { t } = useTranslation();
  const now = useNow(30_000);
  return (
    <div className="rounded border border-line bg-panel">
      <Listing
        label={label}
        empty={t("common.noneShort")}
        columns={[
          { label: t("teams.star"), silent: true },
          { label: t("projects.name") },
          { label: t("projects.runs"), className: "text-right" },
          { label: t("projects.running"), className: "text-right max-sm:hidden" },
          { label: t("projects.updated"), className: "text-right max-sm:hidden" },
          { label: t("edit.more"), silent: true },
        ]}
      >
        {projects?.map((project) => (
          <ProjectRow key={project.name} project={project} now={now} />
        ))}
      </Listing>
    </div>
  );
}

const ALL = () => true;

/** The projects of a workspace: starred ones first, those put away behind a heading. */
export function ProjectsTab({ workspace }: { workspace: Workspace }) {
  const { t } = useTranslation();
  const { q = "" } = useSearch({ from: "/@{$workspace}" });
  const navigate = useNavigate({ from: "/@{$workspace}" });
  const [text, setText] = useDebouncedText(
    q,
    (next) => void navigate({ search: (old) => ({ ...old, q: next || undefined }), replace: true }),
  );
  const [open, setOpen] = useState(false);
  const projects = useQuery(projectsQuery);
  useRefresh(projectsQuery.queryKey, ALL);
  const { name } = workspace;
  const found = useMemo(() => {
    const { matches } = parseSearch(q);
    return projects.data?.projects
      .filter((one) => one.workspace === name)
      .filter((one) => matches(`${one.name} ${one.description ?? ""} ${one.tags.join(" ")}`))
      .toSorted((a, b) => Number(b.starred) - Number(a.starred) || b.updated_at - a.updated_at);
  }, [projects.data, name, q]);
  if (projects.error !== null && projects.data === undefined)
    return <Failure error={projects.error} onRetry={() => void projects.refetch()} />;
  if (found?.length === 0 && q === "")
    return writes(workspace.role) ? (
      <StartGuide workspace={name} />
    ) : (
      <p className="py-10 text-center text-ink-2">{t("teams.noProjects")}</p>
    );
  const away = found?.filter((one) => one.archived_at !== null) ?? [];
  const Icon = open ? ChevronDown : ChevronRight;
  return (
    <>
      <SearchField
        value={text}
        onChange={setText}
        label={t("projects.search")}
        invalid={parseSearch(text).invalid}
        className="w-64 max-w-full"
      />
      <ProjectList
        label={t("projects.title")}
        projects={found?.filter((one) => one.archived_at === null)}
      />
      {away.length > 0 && (
        <button
          type="button"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          className="flex h-7 items-center gap-1.5 self-start rounded px-1 text-ink-2 hover:text-ink"
        >
          <Icon aria-hidden className="size-3.5" />
          <Archive aria-hidden className="size-3.5" />
          {t("teams.archived", { count: away.length })}
        </button>
      )}
      {open && away.length > 0 && <ProjectList label={t("teams.archive")} projects={away} />}
    </>
  );
}
