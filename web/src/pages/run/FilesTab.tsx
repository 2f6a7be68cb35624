import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { useTranslation } from "@/i18n";

import { concerns } from "@/api/live";
import type { Hint, RunFile } from "@/api/messages";
import { filesQuery, useRefresh } from "@/api/queries";
import { Failure } from "@/components/Failure";
import { SearchField } from "@/components/ui/search-field";
import { Skeleton } from "@/components/ui/skeleton";
import { useDebouncedText } from "@/lib/debounce";
import { formatBytes, formatCount } from "@/lib/format";
import { parseSearch } from "@/lib/search";
import { parseSorting, writeSorting, type Sorting } from "@/lib/sort";

import { FileList } from "./files/FileList";
import { FilePreview } from "./files/FilePreview";
import { crumbs, entriesOf, found, sortEntries, type Entry } from "./files/tree";
import type { RunPlace } from "./logs/useLogs";

const ROUTE = "/@{$workspace}/$project/runs/$run";
const BY_NAME: Sorting = { id: "name", desc: false };

interface FilesSearch {
  folder?: string | undefined;
  file?: string | undefined;
  fileq?: string | undefined;
  filesort?: string | undefined;
}

/** What is shown, as the address says: a link to a file is a link to it. */
function useFilesSearch(): [FilesSearch, (part: FilesSearch) => void] {
  const search = useSearch({ from: ROUTE });
  const navigate = useNavigate({ from: ROUTE });
  const text = (value: unknown) =>
    value === undefined || value === "" ? undefined : String(value);
  return [
    {
      folder: text(search.folder),
      file: text(search.file),
      fileq: text(search.fileq),
      filesort: text(search.filesort),
    },
    (part) => void navigate({ search: (old) => ({ ...old, ...part }), replace: "fileq" in part }),
  ];
}

function FilesSkeleton() {
  return (
    <div aria-busy className="flex flex-col">
      {Array.from({ length: 8 }, (_, index) => (
        <div key={index} className="flex h-8 items-center gap-4 border-b border-line px-3">
          <Skeleton className="w-48" />
          <Skeleton className="ml-auto w-14" />
          <Skeleton className="w-20" />
        </div>
      ))}
    </div>
  );
}

function Way({ folder, onOpen }: { folder: string; onOpen: (folder: string) => void }) {
  const { t } = useTranslation();
  const steps = [{ path: "", name: t("files.root") }, ...crumbs(folder)];
  return (
    <nav aria-label={t("files.path")} className="flex min-w-0 items-center overflow-x-auto">
      {steps.map(({ path, name }, index) => (
        <span key={path} className="flex shrink-0 items-center">
          {index > 0 && <span className="px-1 text-ink-3">/</span>}
          <button
            type="button"
            onClick={() => onOpen(path)}
            aria-current={path === folder ? "location" : undefined}
            className={path === folder ? "font-semibold" : "text-ink-2 hover:text-ink"}
          >
            {name}
          </button>
        </span>
      ))}
    </nav>
  );
}

function useFiles(place: RunPlace) {
  const { workspace, project, run } = place;
  const query = filesQuery(workspace, project, run);
  const changed = useCallback(
    (hint: Hint) => hint.kinds.includes("run") && concerns(hint, { workspace, project, run }),
    [workspace, project, run],
  );
  useRefresh(query.queryKey, changed);
  return useQuery(query);
}

function Browser({ place, files }: { place: RunPlace; files: RunFile[] }) {
  const { t, i18n } = useTranslation();
  const [{ folder = "", file, fileq = "", filesort }, set] = useFilesSearch();
  const [text, setText] = useDebouncedText(fileq, (next) => set({ fileq: next || undefined }));
  const sorting = parseSorting(filesort, BY_NAME);
  const { id, desc } = sorting;
  const search = useMemo(() => parseSearch(fileq), [fileq]);
  const entries = useMemo(
    () =>
      sortEntries(fileq === "" ? entriesOf(files, folder) : found(files, search.matches), {
        id,
        desc,
      }),
    [files, fileq, folder, search, id, desc],
  );
  const chosen = useMemo(() => files.find(({ path }) => path === file), [files, file]);
  const size = useMemo(() => files.reduce((sum, one) => sum + one.size, 0), [files]);
  const open = (entry: Entry) =>
    set(entry.kind === "folder" ? { folder: entry.path, file: undefined } : { file: entry.path });
  return (
    <section aria-label={t("run.files")} className="flex min-h-0 grow flex-col bg-panel">
      <div className="flex min-h-10 shrink-0 flex-wrap items-center gap-3 border-b border-line px-3 py-1">
        <Way
          folder={folder}
          onOpen={(next) => set({ folder: next || undefined, file: undefined, fileq: undefined })}
        />
        <div className="grow" />
        <span className="text-small text-ink-2">
          {t("files.count", {
            count: files.length,
            n: formatCount(files.length, i18n.language),
            size: formatBytes(size),
          })}
        </span>
        <SearchField
          value={text}
          onChange={setText}
          label={t("files.search")}
          invalid={parseSearch(text).invalid}
          className="w-52"
        />
      </div>
      <div className="flex min-h-0 grow max-sm:flex-col">
        {entries.length === 0 ? (
          <p className="grow px-3 py-4 text-ink-2">
            {fileq === "" ? t("common.noneShort") : t("common.none", { query: fileq })}
          </p>
        ) : (
          <FileList
            entries={entries}
            chosen={chosen?.path}
            place={place}
            sorting={sorting}
            onSort={(next) => set({ filesort: writeSorting(next, BY_NAME) })}
            onOpen={open}
          />
        )}
        {chosen !== undefined && (
          <FilePreview place={place} file={chosen} onClose={() => set({ file: undefined })} />
        )}
      </div>
    </section>
  );
}

/** The files kept with a run. */
export default function FilesTab(place: RunPlace) {
  const { t } = useTranslation();
  const files = useFiles(place);
  if (files.data === undefined) {
    if (files.error === null) return <FilesSkeleton />;
    return <Failure embedded error={files.error} onRetry={() => void files.refetch()} />;
  }
  if (files.data.length === 0)
    return <p className="px-3 py-6 text-center text-ink-2">{t("files.empty")}</p>;
  return <Browser place={place} files={files.data} />;
}
