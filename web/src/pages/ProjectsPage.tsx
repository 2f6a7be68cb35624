import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "@/i18n";

import type { Project } from "@/api/messages";
import { projectsQuery, sessionQuery, useRefresh } from "@/api/queries";
import { Failure } from "@/components/Failure";
import { ariaSort, SortHeader } from "@/components/SortHeader";
import { StartGuide } from "@/components/StartGuide";
import { StateMark } from "@/components/StateMark";
import { SearchField } from "@/components/ui/search-field";
import { Skeleton } from "@/components/ui/skeleton";
import { ProjectMenu } from "@/edit/ProjectMenu";
import { Star } from "@/edit/Star";
import { cn } from "@/lib/classes";
import { useDebouncedText } from "@/lib/debounce";
import { formatAgo, formatCount, formatMoment } from "@/lib/format";
import { useNow } from "@/lib/now";
import { parseSearch } from "@/lib/search";
import { compareCells, parseSorting, writeSorting, type Sorting } from "@/lib/sort";
import { useTitle } from "@/lib/title";

const NEWEST: Sorting = { id: "updated", desc: true };

const COLUMNS = [
  { id: "name", numeric: false, value: (project: Project) => project.name, width: "" },
  { id: "runs", numeric: true, value: (project: Project) => project.runs, width: "w-24" },
  {
    id: "running",
    numeric: true,
    value: (project: Project) => project.running,
    width: "w-28 max-sm:hidden",
  },
  {
    id: "updated",
    numeric: true,
    value: (project: Project) => project.updated_at,
    width: "w-36 max-sm:w-28",
  },
] as const;

function select(projects: Project[], query: string, sorting: Sorting): Project[] {
  const { matches } = parseSearch(query);
  const starredFirst = sorting.id === NEWEST.id && sorting.desc;
  const value = (COLUMNS.find(({ id }) => id === sorting.id) ?? COLUMNS[3]).value;
  return projects
    .filter(({ workspace, name, description }) =>
      matches(`${workspace}/${name} ${description ?? ""}`),
    )
    .filter((project) => project.archived_at === null || query !== "")
    .toSorted(
      (a, b) =>
        (starredFirst ? Number(b.starred) - Number(a.starred) : 0) ||
        compareCells(value(a), value(b), sorting.desc),
    );
}

interface ProjectRowProps {
  project: Project;
  owner: boolean;
  menu: boolean;
  now: number;
}

function ProjectRow({ project, owner, menu, now }: ProjectRowProps) {
  const { t, i18n } = useTranslation();
  const cell = "h-(--row) px-2 text-right text-ink-2";
  return (
    <tr className="relative border-b border-line hover:bg-accent-soft">
      <td className="h-(--row) max-w-0 truncate px-2">
        {menu && (
          <span className="mr-1 inline-flex align-middle">
            <Star project={project} />
          </span>
        )}
        <Link
          to="/@{$workspace}/$project"
          params={{ workspace: project.workspace, project: project.name }}
          className="font-medium after:absolute after:inset-0"
        >
          {owner && <span className="font-normal text-ink-2">{project.workspace} / </span>}
          {project.name}
        </Link>
        {project.visibility === "public" && (
          <span className="ml-2 rounded-full border border-line-strong px-2 text-tiny text-ink-2">
            {t("projects.public")}
          </span>
        )}
        {project.archived_at !== null && (
          <span className="ml-2 rounded-full border border-line-strong px-2 text-tiny text-ink-2">
            {t("teams.isArchived")}
          </span>
        )}
        {project.description !== null && (
          <span className="ml-2 text-small text-ink-3">{project.description}</span>
        )}
      </td>
      <td className={cell}>{formatCount(project.runs, i18n.language)}</td>
      <td className={cn(cell, "max-sm:hidden")}>
        {project.running > 0 && (
          <span className="inline-flex items-center gap-1 align-middle text-live">
            <StateMark state="running" />
            {formatCount(project.running, i18n.language)}
          </span>
        )}
      </td>
      <td className={cell} title={formatMoment(project.updated_at, i18n.language)}>
        {formatAgo(project.updated_at, now, i18n.language)}
      </td>
      {menu && (
        <td className="h-(--row)">
          <ProjectMenu project={project} />
        </td>
      )}
    </tr>
  );
}

function SkeletonRows() {
  return Array.from({ length: 8 }, (_, index) => (
    <tr key={index} className="border-b border-line">
      <td className="h-(--row) px-2">
        <Skeleton className="w-40" />
      </td>
      <td className="px-2">
        <Skeleton className="ml-auto w-8" />
      </td>
      <td className="px-2 max-sm:hidden">
        <Skeleton className="ml-auto w-6" />
      </td>
      <td className="px-2">
        <Skeleton className="ml-auto w-16" />
      </td>
    </tr>
  ));
}

function ProjectTable({ projects }: { projects: Project[] | undefined }) {
  const { t } = useTranslation();
  const { q = "", sort } = useSearch({ from: "/" });
  const navigate = useNavigate({ from: "/" });
  const now = useNow(30_000);
  const { data: session } = useQuery(sessionQuery);
  const menu = session?.mode === "server";
  const sorting = parseSorting(sort, NEWEST);
  const shown = useMemo(
    () => select(projects ?? [], q, parseSorting(sort, NEWEST)),
    [projects, q, sort],
  );
  const onSort = (next: Sorting) =>
    void navigate({
      search: (old) => ({ ...old, sort: writeSorting(next, NEWEST) }),
      replace: true,
    });
  return (
    <>
      <table
        aria-busy={projects === undefined}
        aria-label={t("projects.title")}
        className="w-full table-fixed border-collapse"
      >
        <thead>
          <tr className="border-b border-line-strong">
            {COLUMNS.map(({ id, numeric, width }) => (
              <th key={id} aria-sort={ariaSort(id, sorting)} className={cn("h-8 px-2", width)}>
                <SortHeader
                  id={id}
                  numeric={numeric}
                  label={t(`projects.${id}`)}
                  sorting={sorting}
                  onSort={onSort}
                />
              </th>
            ))}
            {menu && (
              <th className="w-8">
                <span className="sr-only">{t("edit.more")}</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {projects === undefined ? (
            <SkeletonRows />
          ) : (
            shown.map((project) => (
              <ProjectRow
                key={`${project.workspace}/${project.name}`}
                project={project}
                owner={project.workspace !== session?.user.username}
                menu={menu}
                now={now}
              />
            ))
          )}
        </tbody>
      </table>
      {projects !== undefined && shown.length === 0 && (
        <p className="py-10 text-center text-ink-2">{t("common.none", { query: q })}</p>
      )}
    </>
  );
}

function ProjectSearch() {
  const { t } = useTranslation();
  const { q = "" } = useSearch({ from: "/" });
  const navigate = useNavigate({ from: "/" });
  const [text, setText] = useDebouncedText(
    q,
    (next) => void navigate({ search: (old) => ({ ...old, q: next || undefined }), replace: true }),
  );
  return (
    <SearchField
      value={text}
      onChange={setText}
      label={t("projects.search")}
      invalid={parseSearch(text).invalid}
      className="w-64 max-w-full"
    />
  );
}

const ALL = () => true;

/** All projects that the reader may see. */
export function ProjectsPage() {
  const { t } = useTranslation();
  useTitle(t("projects.title"));
  const projects = useQuery(projectsQuery);
  const { data: session } = useQuery(sessionQuery);
  useRefresh(projectsQuery.queryKey, ALL);
  const list = projects.data?.projects;
  if (list === undefined && projects.error !== null) {
    return <Failure error={projects.error} onRetry={() => void projects.refetch()} />;
  }
  if (list?.length === 0)
    return session === undefined ? (
      <p className="py-16 text-center text-ink-2">{t("teams.noPublic")}</p>
    ) : (
      <StartGuide />
    );
  return (
    <div className="mx-auto w-full max-w-5xl px-4 py-4 max-sm:px-2">
      <div className="mb-3 flex items-center gap-3">
        <h1 className="text-title font-semibold">{t("projects.title")}</h1>
        <span className="text-small whitespace-nowrap text-ink-3 max-sm:hidden">
          {list !== undefined && t("projects.count", { count: list.length })}
        </span>
        <div className="grow" />
        <ProjectSearch />
      </div>
      <ProjectTable projects={list} />
    </div>
  );
}
