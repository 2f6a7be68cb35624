import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "@/i18n";

import { accounts, type AuditEntry } from "@/api/accounts";
import { Failure } from "@/components/Failure";
import { cell, Listing } from "@/components/Listing";
import { Panel } from "@/components/Panel";
import { Button } from "@/components/ui/button";
import { SearchField } from "@/components/ui/search-field";
import { cn } from "@/lib/classes";
import { useDebouncedText } from "@/lib/debounce";
import { formatMoment } from "@/lib/format";

const FILTERS = ["actor", "action", "target"] as const;
type Filter = (typeof FILTERS)[number];

interface FilterBoxProps {
  name: Filter;
  value: string;
  onChange: (text: string) => void;
}

function FilterBox({ name, value, onChange }: FilterBoxProps) {
  const { t } = useTranslation();
  const [text, setText] = useDebouncedText(value, onChange);
  return (
    <SearchField
      value={text}
      onChange={setText}
      label={t(`admin.audit.${name}`)}
      className="w-44 min-w-0 grow"
    />
  );
}

/** What else is known of an entry, on one line. */
function detailText(detail: AuditEntry["detail"]): string {
  return Object.entries(detail)
    .map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(" · ");
}

function EntryRow({ entry }: { entry: AuditEntry }) {
  const { t, i18n } = useTranslation();
  const detail = detailText(entry.detail);
  return (
    <tr>
      <td className={cn(cell, "whitespace-nowrap text-ink-2")}>
        {formatMoment(entry.at, i18n.language)}
      </td>
      <td className={cell}>
        {entry.actor ?? <span className="text-ink-3">{t("admin.nobody")}</span>}
      </td>
      <td className={cn(cell, "font-mono text-small")}>{entry.action}</td>
      <td className={cn(cell, "max-w-56 truncate")} title={entry.target}>
        {entry.target}
      </td>
      <td className={cn(cell, "max-w-72 truncate text-small text-ink-2")} title={detail}>
        {detail}
      </td>
      <td className={cn(cell, "font-mono text-small text-ink-3")}>{entry.address}</td>
    </tr>
  );
}

export interface AuditListProps {
  /** Whose entries; null for those of the whole server. */
  workspace: string | null;
  wanted: Partial<Record<Filter, string | undefined>>;
  onWanted: (name: Filter, text: string | undefined) => void;
}

/** Who changed what others may do, or deleted something; the newest first. */
export function AuditList({ workspace, wanted, onWanted }: AuditListProps) {
  const { t } = useTranslation();
  const entries = useInfiniteQuery({
    queryKey: ["audit", workspace, wanted],
    queryFn: ({ pageParam, signal }) =>
      accounts.audit(workspace, { ...wanted, before: pageParam ?? undefined }, signal),
    initialPageParam: null as number | null,
    getNextPageParam: (last) => last.before,
  });
  if (entries.error !== null && entries.data === undefined)
    return <Failure error={entries.error} onRetry={() => void entries.refetch()} />;
  return (
    <Panel title={t("admin.tabs.audit")}>
      <div className="flex flex-wrap gap-2 border-b border-line px-3 py-2">
        {FILTERS.map((name) => (
          <FilterBox
            key={name}
            name={name}
            value={wanted[name] ?? ""}
            onChange={(text) => onWanted(name, text.trim() || undefined)}
          />
        ))}
      </div>
      <Listing
        label={t("admin.tabs.audit")}
        empty={t("common.noneShort")}
        columns={[
          { label: t("admin.audit.at") },
          { label: t("admin.audit.actor") },
          { label: t("admin.audit.did") },
          { label: t("admin.audit.target") },
          { label: t("admin.audit.detail") },
          { label: t("accounts.address") },
        ]}
      >
        {entries.data?.pages
          .flatMap((page) => page.entries)
          .map((entry) => (
            <EntryRow key={entry.id} entry={entry} />
          ))}
      </Listing>
      {entries.hasNextPage && (
        <div className="border-t border-line p-2 text-center">
          <Button
            disabled={entries.isFetchingNextPage}
            onClick={() => void entries.fetchNextPage()}
          >
            {t("admin.older")}
          </Button>
        </div>
      )}
    </Panel>
  );
}
